import { createMemoryStore } from '../../../platform/outbox/memory/store';
import { createParticipant } from '../../../platform/participant/handle';
import type { StepParticipant } from '../../../platform/participant/handle';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import type { StepMessage } from '../../../platform/kernel/step';
import { hashOf } from '../../../platform/outbox/hash';
import type { SagaGrant } from '../../../platform/saga/grants/grant';
import { childrenOutside } from '../../../platform/saga/children/outside';
import type { ChildWorld } from '../../../platform/saga/children/outside';
import { journal } from '../../../platform/saga/journal/contract';
import { journalService } from '../../../platform/saga/journal/service';
import { withStartGate } from '../../../platform/saga/journal/start-gate';
import type { StartGateOptions } from '../../../platform/saga/journal/start-gate';
import type { JournalState } from '../../../platform/saga/journal/state';
import { SagaGrantRefused } from '../../../platform/security/saga-grants';

const root = 'bulk-order:root';
const input = { orderId: 'o-1' };
const grant: SagaGrant = {
  ...{ id: 'g', subject: 'owner', roles: [], saga: 'bulk-order', workflowId: root },
  ...{ commands: { 'bulk-order': [], 'order-lots': [] }, inputHash: hashOf(input) },
  ...{ issuedAtMs: 0, expiresAtMs: Date.parse('2030-01-03T00:00:00Z') },
};
type Started = Parameters<typeof journal.started>[0];
const of = (workflowId: string, saga: string) => {
  return { sagaId: `${workflowId}/run`, saga, workflowId };
};
const start: Started = {
  ...of(root, 'bulk-order'),
  ...{ businessKey: 'o-1', owner: 'owner', requestHash: 'h', input },
  deadlineAt: '2030-01-01T00:15:00.000Z',
};

/** A child that never comes to an end: the step of its parent stays open. */
const neverHeld: Partial<ChildWorld> = {
  find: async () => undefined,
  start: async () => true,
  attempt: () => 1,
  isCancelled: () => true,
};

function gate(shown: Partial<StartGateOptions> = {}) {
  const store = createMemoryStore<JournalState>();
  const plain: StepParticipant = createParticipant({
    definition: journalService,
    ...{ store, schemas: loadSchemas(), partitions: 3 },
    outside: childrenOutside(neverHeld as ChildWorld),
    clock: () => new Date('2030-01-01T00:00:00Z'),
  });
  const open = async () => grant;
  const presentGrant = () => Buffer.from('sealed');
  const gated = withStartGate(plain, { store, presentGrant, open, ...shown });
  const send = (to: StepParticipant, message: Partial<StepMessage>) =>
    to.handle({
      ...{ sagaId: `${root}/run`, step: 'saga.started', kind: 'forward', epoch: 0, run: 'run' },
      ...{ saga: 'bulk-order', correlationId: root, owner: 'owner', command: 'started' },
      ...{ input: journal.started(start).input, ...message },
    });
  return {
    store,
    write: (changed: Partial<Started> = {}, message: Partial<StepMessage> = {}) =>
      send(gated, { input: journal.started({ ...start, ...changed }).input, ...message }),
    /** The root asks for a child, and hears nothing of it. */
    askFor: async (child: string) => {
      await send(plain, {});
      const asked = journal.runChild({
        ...{ ...of(root, 'bulk-order'), step: 'lots', of: 'order-lots', child, family: root },
        ...{ businessKey: 'l', deadlineAtMs: 0, input: {} },
      });
      const { command } = asked;
      const message = { step: 'lots', command, input: asked.input };
      await expect(send(plain, message)).rejects.toMatchObject({ code: 'OUTSIDE_UNAVAILABLE' });
    },
  };
}

describe('the start of a saga', () => {
  test('is recorded on a grant that is for it', async () => {
    const { store, write } = gate();
    expect(await write()).toMatchObject({ answer: 'done' });
    expect(await store.readAggregate(`saga/${root}`)).toBeDefined();
  });

  test.each<[string, Partial<Started>]>([
    ['another workflow', { workflowId: 'bulk-order:other' }],
    ['another kind of saga', { saga: 'place-order' }],
    ['somebody else', { owner: 'mallory' }],
    ['another input', { input: { orderId: 'o-2' } }],
    ['no input', { input: undefined }],
    ['more time than it has', { deadlineAt: '2030-01-04T00:00:00.000Z' }],
  ])('is not recorded on one that is for %s', async (_what, changed) => {
    const { store, write } = gate();
    expect(await write(changed)).toMatchObject({ answer: 'refused', code: 'GRANT_INVALID' });
    expect(await store.history({ limitMax: 1 })).toEqual([]);
  });

  test('is not recorded without one', async () => {
    const { write } = gate({ presentGrant: () => undefined });
    expect(await write()).toMatchObject({ code: 'GRANT_INVALID' });
  });

  test('is not recorded on one whose time is over', async () => {
    const open = () => Promise.reject(new SagaGrantRefused('GRANT_EXPIRED', 'over'));
    expect(await gate({ open }).write()).toMatchObject({ code: 'GRANT_EXPIRED' });
  });

  test('that is recorded is answered so, whatever became of the grant', async () => {
    let isOver = false;
    const open = async () => {
      if (isOver) throw new SagaGrantRefused('GRANT_EXPIRED', 'over');
      return grant;
    };
    const { write } = gate({ open });
    const first = await write();
    isOver = true;
    expect(await write()).toEqual(first);
  });

  test('waits where the grant could not be looked at', async () => {
    const open = () => Promise.reject(new Error('no such file'));
    await expect(gate({ open }).write()).rejects.toThrow('no such file');
  });
});

describe('the start of a saga that calls itself a step of another one', () => {
  const child = of('order-lots:c', 'order-lots');
  const parent = { sagaId: `${root}/run`, step: 'lots' };
  const message = { ...child, correlationId: root };

  test('is recorded where that one has asked for it', async () => {
    const { write, askFor } = gate();
    await askFor('order-lots:c');
    expect(await write({ ...child, parent }, message)).toMatchObject({ answer: 'done' });
  });

  test.each<[string, object, object]>([
    ['for another child', { ...child, workflowId: 'order-lots:x' }, {}],
    ['by another step', { ...child, parent: { ...parent, step: 'else' } }, {}],
    ['in another family', child, { correlationId: 'bulk-order:other' }],
    ['for a saga that the grant does not name', { ...child, saga: 'return-order' }, {}],
    ['for somebody else', { ...child, owner: 'mallory' }, {}],
  ])('is not recorded where it was asked %s', async (_what, changed, sent) => {
    const { write, askFor } = gate();
    await askFor('order-lots:c');
    const answer = await write({ parent, ...changed }, { ...message, ...sent });
    expect(answer).toMatchObject({ answer: 'refused', code: 'GRANT_INVALID' });
  });
});
