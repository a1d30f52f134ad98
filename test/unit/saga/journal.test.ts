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
  const write = (run: string, descriptor: { command: string; input: StepMessage['input'] }) =>
    participant.handle({
      ...{ sagaId: `${workflowId}/${run}`, step: `saga.${descriptor.command}`, kind: 'forward' },
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

  it('takes no act after the end', async () => {
    const { write } = journalist();
    const acted = journal.acted({ ...of('run-1'), verb: 'skip', actor: 'a', reason: 'r' });
    expect(await write('run-1', acted)).toMatchObject({ code: 'SAGA_UNKNOWN' });
  });
});
