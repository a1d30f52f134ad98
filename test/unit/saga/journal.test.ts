import { loadSchemas } from '../../../platform/event-log/schema-registry';
import type { StepMessage } from '../../../platform/kernel/step';
import { createMemoryStore } from '../../../platform/outbox/memory/store';
import { createParticipant } from '../../../platform/participant/handle';
import { journal } from '../../../platform/saga/journal/contract';
import { journalService } from '../../../platform/saga/journal/service';
import type { JournalState } from '../../../platform/saga/journal/state';

const workflowId = 'place-order:order-1';
const schemas = loadSchemas();

function journalist() {
  const store = createMemoryStore<JournalState>();
  const participant = createParticipant({
    definition: journalService,
    store,
    schemas,
    clock: () => new Date('2030-01-01T00:00:00Z'),
    partitions: 3,
  });
  const write = (
    run: string,
    descriptor: { command: string; input: StepMessage['input'] },
    number = '',
  ) =>
    participant.handle({
      ...{ sagaId: `${workflowId}/${run}`, kind: 'forward' },
      step: `saga.${descriptor.command}${number}`,
      ...{ epoch: 0, run, saga: 'place-order', correlationId: workflowId, owner: 'o' },
      ...{ command: descriptor.command, input: descriptor.input },
    });
  return { store, write };
}

const of = (run: string) => ({ sagaId: `${workflowId}/${run}`, saga: 'place-order', workflowId });
const started = (run: string) =>
  journal.started({
    ...of(run),
    ...{ businessKey: 'order-1', owner: 'o', requestHash: 'h' },
    deadlineAt: '2030-01-01T00:15:00.000Z',
  });
const finished = (run: string, outcome: 'completed' | 'compensated') =>
  journal.finished({ ...of(run), outcome, steps: [] });

describe('the saga journal', () => {
  it('takes a business key once and for ever; a repeated start of the same saga is the same start', async () => {
    const { write } = journalist();
    expect(await write('run-1', started('run-1'))).toMatchObject({ answer: 'done' });
    expect(await write('run-1', started('run-1'))).toMatchObject({ answer: 'done' });
    expect(await write('run-2', started('run-2'))).toMatchObject({ code: 'BUSINESS_KEY_USED' });
  });

  it('records one outcome, and takes no other one from anybody', async () => {
    const { store, write } = journalist();
    await write('run-1', started('run-1'));
    expect(await write('run-2', finished('run-2', 'completed'))).toMatchObject({
      code: 'SAGA_UNKNOWN',
    });
    expect(await write('run-1', finished('run-1', 'completed'))).toMatchObject({ answer: 'done' });
    const again = { ...finished('run-1', 'compensated'), command: 'finished' };
    await expect(write('run-1', again)).rejects.toMatchObject({ code: 'STEP_INPUT_CONFLICT' });
    expect((await store.readAggregate(`saga/${workflowId}`))?.state).toMatchObject({
      status: 'finished',
      outcome: 'completed',
    });
  });

  it('takes no record of a generation that is over', async () => {
    const { store, write } = journalist();
    await write('run-1', started('run-1'));
    const recovering = journal.recovering({ ...of('run-1'), reason: 'TERMINATED', run: 'run-2' });
    expect(await write('run-1', recovering)).toMatchObject({ answer: 'done' });
    const over = { code: 'GENERATION_OVER' };
    expect(await write('run-1', finished('run-1', 'completed'))).toMatchObject(over);
    const acted = journal.acted({ ...of('run-1'), verb: 'skip', actor: 'a', reason: 'r' });
    expect(await write('run-1', acted)).toMatchObject(over);
    expect((await store.readAggregate(`saga/${workflowId}`))?.state).toMatchObject({
      status: 'started',
      generation: 1,
    });
  });

  it('knows which steps are parked: until it is told otherwise, and none when a recovery takes over', async () => {
    const { store, write } = journalist();
    const statusNow = async () => (await store.readAggregate(`saga/${workflowId}`))?.state;
    let count = 0;
    const next = (descriptor: Parameters<typeof write>[1]) => {
      count += 1;
      return write('run-1', descriptor, `${count}`);
    };
    const place = { direction: 'forward', condition: 'unsettled', reason: 'R' } as const;
    const parked = (step: string) => journal.parked({ ...of('run-1'), ...place, step });
    const unparked = (step: string) => journal.unparked({ ...of('run-1'), step });
    await next(started('run-1'));
    for (const step of ['a', 'b', 'b']) await next(parked(step));
    // Nobody is freed by an act alone: what is unsettled goes on being asked.
    await next(
      journal.acted({ ...of('run-1'), verb: 'retry', actor: 'p', reason: 'r', step: 'a' }),
    );
    expect(await statusNow()).toMatchObject({ status: 'parked', parked: ['a', 'b'] });
    await next(unparked('a'));
    expect(await statusNow()).toMatchObject({ status: 'parked', parked: ['b'] });
    await next(unparked('b'));
    expect(await statusNow()).toMatchObject({ status: 'started' });
    await next(parked('a'));
    await next(journal.recovering({ ...of('run-1'), reason: 'TERMINATED', run: 'run-2' }));
    expect(await statusNow()).toMatchObject({ status: 'started' });
    expect(await statusNow()).not.toHaveProperty('parked');
  });

  it('takes an act for one place only, whichever run or recovery is told it again', async () => {
    const { write } = journalist();
    await write('run-1', started('run-1'));
    const act = { verb: 'retry', actor: 'p', reason: 'r', jti: 'j', direction: 'forward' } as const;
    const at = (step: string, generation?: number) =>
      journal.acted({ ...of('run-1'), ...act, step, ...(generation ? { generation } : {}) });
    expect(await write('run-1', at('a'), '1')).toMatchObject({ answer: 'done' });
    await write('run-1', journal.recovering({ ...of('run-1'), reason: 'X', run: 'run-2' }));
    const other = await write('run-1', at('b', 1), '2');
    expect(other).toMatchObject({ answer: 'refused', code: 'ACT_USED_ELSEWHERE' });
    expect(await write('run-1', at('a', 1), '3')).toMatchObject({ answer: 'done' });
    const undo = journal.acted({
      ...of('run-1'),
      ...act,
      step: 'a',
      direction: 'undo',
      generation: 1,
    });
    expect(await write('run-1', undo, '4')).toMatchObject({ code: 'ACT_USED_ELSEWHERE' });
  });

  it('takes no act after the end', async () => {
    const { write } = journalist();
    const acted = journal.acted({ ...of('run-1'), verb: 'skip', actor: 'a', reason: 'r' });
    expect(await write('run-1', acted)).toMatchObject({ code: 'SAGA_UNKNOWN' });
  });
});
