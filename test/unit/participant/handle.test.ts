import { createMemoryStore } from '../../../platform/outbox/memory/store';
import type { ServiceStore, StoredEvent } from '../../../platform/outbox/ports';
import type { StepParticipant } from '../../../platform/participant/handle';
import { boxParticipant, boxSchemas, stepOf } from '../../support/box-service';
import type { Box } from '../../support/box-service';
import { answered } from '../../support/fence-play';

let store: ServiceStore<Box>;
let participant: StepParticipant;
const key = { sagaId: 'saga-1', step: 'put coins' };
const step = stepOf('saga-1', ['left', 'right']);

beforeEach(() => {
  store = createMemoryStore<Box>();
  participant = boxParticipant(store);
});
const history = () => store.history({ limitMax: 100 });
const typesOf = (events: readonly StoredEvent[]) =>
  events.map((event) => `${event.aggregateId}:${event.seq} ${event.type} ${event.direction}`);

describe('a forward', () => {
  test('records its effect, its result and the hash of its parsed input', async () => {
    await participant.handle(step.forward(0));
    const withDefaults = {
      ...step.forward(0),
      input: { boxIds: ['left', 'right'], coins: 5, as: 'put' },
    };
    expect(await answered(participant, withDefaults)).toBe('done 5');
    expect(await store.readStepRecord(key)).toEqual({
      state: 'done',
      epoch: 0,
      run: 'run-1',
      command: 'put',
      recordedAt: '2030-01-01T00:00:00.001Z',
      inputHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      result: { coins: 5 },
      effect: [
        { aggregateId: 'left', type: 'box.put', data: { coins: 5 }, seq: 1 },
        { aggregateId: 'right', type: 'box.put', data: { coins: 5 }, seq: 1 },
      ],
    });
  });

  test('that changes nothing is done with an effect of kind none, and its undo does nothing', async () => {
    expect(await answered(participant, step.forward(0, { as: 'unchanged' }))).toBe('done 0');
    expect((await store.readStepRecord(key))?.effect).toEqual([]);
    expect(await answered(participant, step.undo(0))).toBe('undone');
    expect(await history()).toEqual([]);
  });

  test('that is refused with a fact records the fact, which is no effect to reverse', async () => {
    expect(await answered(participant, step.forward(0, { as: 'declined' }))).toBe(
      'refused BOX_DECLINED',
    );
    expect(typesOf(await history())).toEqual(['left:1 box.declined forward']);
    expect(await answered(participant, step.undo(0))).toBe('no-effect');
    expect(await history()).toHaveLength(1);
    expect((await store.readStepRecord(key))?.state).toBe('tombstone');
  });

  test.each([
    ['busy', 'BUSY', 'retry'],
    ['unlisted', 'INVARIANT_BROKEN', 'park'],
    ['broken', 'INVARIANT_BROKEN', 'park'],
    ['stray', 'INVARIANT_BROKEN', 'park'],
  ])('that is %s ends as the fault %s and writes nothing', async (as, code, action) => {
    const attempt = participant.handle(step.forward(0, { as }));
    await expect(attempt).rejects.toMatchObject({ code, action });
    expect(await store.readStepRecord(key)).toBeUndefined();
    expect(await history()).toEqual([]);
  });

  test('gives two events of one aggregate two numbers and folds both', async () => {
    const twice = stepOf('saga-2', ['left', 'left']);
    await participant.handle(twice.forward(0));
    expect(await store.readAggregate('left')).toMatchObject({ seq: 2, state: { coins: 10 } });
    await participant.handle(twice.undo(0));
    expect(await store.readAggregate('left')).toMatchObject({ seq: 4, state: { coins: 0 } });
  });
});

describe('an undo', () => {
  test('reverses the recorded effect, not the current state', async () => {
    await participant.handle(step.forward(0));
    await participant.handle(stepOf('saga-2', ['left']).forward(0, { coins: 100 }));
    await participant.handle(step.undo(0));
    expect((await store.readAggregate('left'))?.state.coins).toBe(100);
    const undos = (await history()).filter((event) => event.direction === 'undo');
    expect(typesOf(undos)).toEqual(['left:3 box.taken undo', 'right:2 box.taken undo']);
  });

  test('that is impossible now may be possible later', async () => {
    await participant.handle(step.forward(0));
    await participant.operate('lock', { boxId: 'left', locked: true }, { key: 'k1', owner: 'me' });
    expect(await answered(participant, step.undo(0))).toBe('UNDO_IMPOSSIBLE');
    await participant.operate('lock', { boxId: 'left', locked: false }, { key: 'k2', owner: 'me' });
    expect(await answered(participant, step.undo(0))).toBe('undone');
  });
});

describe('a message', () => {
  test.each([
    ['an unknown command', { command: 'burn' }, 'COMMAND_UNKNOWN'],
    ['a name every object has', { command: 'constructor' }, 'COMMAND_UNKNOWN'],
    ['an undo sent forward', { command: 'take' }, 'COMMAND_UNKNOWN'],
    ['a negative number', { input: { boxIds: ['left'], coins: -1 } }, 'COMMAND_INVALID'],
    ['an unknown member', { input: { boxIds: ['left'], coins: 1, more: 1 } }, 'COMMAND_INVALID'],
  ])('with %s is refused before the store is asked', async (_title, wrong, code) => {
    const attempt = participant.handle({ ...step.forward(0), ...wrong });
    await expect(attempt).rejects.toMatchObject({ code, action: 'park' });
    expect(await store.readStepRecord(key)).toBeUndefined();
  });

  test('with an invalid input names the member', async () => {
    const wrong = { ...step.forward(0), input: { boxIds: ['left', ''], coins: 1 } };
    await expect(participant.handle(wrong)).rejects.toThrow(/\/boxIds\/1/);
  });

  test('is reported with its outcome, whatever it was', async () => {
    const seen: string[] = [];
    const observe = {
      handled: (it: { kind: string; command: string; outcome: string }) =>
        seen.push(`${it.kind} ${it.command} ${it.outcome}`),
    };
    const watched = boxParticipant(store, { observe });
    await answered(watched, step.forward(0));
    await answered(watched, step.forward(0, { coins: 6 }));
    await answered(watched, step.settle(0));
    // A name that nobody knows is anybody's choice, and no label.
    const unheard = watched.handle({ ...step.forward(0), command: 'made-up' });
    await expect(unheard).rejects.toMatchObject({ code: 'COMMAND_UNKNOWN' });
    expect(seen).toEqual([
      'forward put done',
      'forward put STEP_INPUT_CONFLICT',
      'settle put done',
      'forward unknown COMMAND_UNKNOWN',
    ]);
  });
});

describe('an operation', () => {
  const by = { key: 'key-1', owner: 'me' };
  const lock = (input: object, caller = by) => participant.operate('lock', input, caller);

  test('answers a repeated key what it answered first, and changes nothing again', async () => {
    expect(await lock({ boxId: 'left', locked: true })).toEqual({
      answer: 'done',
      result: { locked: true },
    });
    expect(await lock({ locked: true, boxId: 'left' })).toEqual({
      answer: 'done',
      result: { locked: true },
    });
    expect(await history()).toHaveLength(1);
  });

  test('with a used key and another input is a conflict, also where the first was refused', async () => {
    await lock({ boxId: 'left', locked: true });
    const other = { key: 'key-2', owner: 'me' };
    expect(await lock({ boxId: 'left', locked: true }, other)).toMatchObject({
      code: 'BOX_LOCKED_ALREADY',
    });
    expect(await lock({ boxId: 'left', locked: true }, other)).toMatchObject({
      code: 'BOX_LOCKED_ALREADY',
    });
    const conflict = { code: 'STEP_INPUT_CONFLICT' };
    await expect(lock({ boxId: 'left', locked: false })).rejects.toMatchObject(conflict);
    await expect(lock({ boxId: 'left', locked: false }, other)).rejects.toMatchObject(conflict);
  });

  test('of another caller under the same key is another operation', async () => {
    await lock({ boxId: 'left', locked: true });
    expect(await lock({ boxId: 'left', locked: false }, { ...by, owner: 'you' })).toMatchObject({
      answer: 'done',
    });
  });

  test('records events that belong to no saga', async () => {
    await lock({ boxId: 'left', locked: true });
    const [event] = await history();
    expect(event).toMatchObject({ correlationId: 'key-1', causationId: 'api/me/key-1:lock' });
    for (const member of ['sagaId', 'step', 'epoch', 'direction'])
      expect(event).not.toHaveProperty(member);
  });

  test('that nobody declared, or with a wrong input, is refused', async () => {
    await expect(participant.operate('burn', {}, by)).rejects.toMatchObject({
      code: 'COMMAND_UNKNOWN',
    });
    await expect(lock({ boxId: 1 })).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
  });
});

test('a schema that refuses an event takes the transaction with it', async () => {
  const schemas = { check: (type: string, data: never) => boxSchemas.check(type, data) };
  const strict = boxParticipant(store, { schemas });
  expect(await answered(strict, step.forward(0, { coins: 666 }))).toBe('EVENT_INVALID');
  expect(await store.readStepRecord(key)).toBeUndefined();
});
