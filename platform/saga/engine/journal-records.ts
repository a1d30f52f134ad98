import { ApplicationFailure } from '@temporalio/workflow';
import type { CommandDescriptor } from '../../kernel/contract';
import type { StepMessage } from '../../kernel/step';
import { journal } from '../journal/contract';
import { stepView } from '../plan/book';
import type { Ending } from '../plan/direction';
import { journalPrefix } from '../plan/names';
import { reasonOf } from '../plan/moves';
import type { Outcome } from '../plan/moves';
import { never } from './saga-run';
import type { ParkedEntry, SagaRun } from './saga-run';
import { send } from './send';
import { showTransition } from './show';
import { envelopeOf, insist } from './step-messages';

/** Makes the start durable. Throws `BUSINESS_KEY_USED` when another saga had this key: nothing has been done then. */
export async function recordStarted(run: SagaRun): Promise<void> {
  const { businessKey, owner, requestHash, deadlineAtMs } = run.start;
  const outcome = await record(
    run,
    'started',
    journal.started({
      ...identityOf(run),
      businessKey,
      owner,
      requestHash,
      deadlineAt: new Date(deadlineAtMs).toISOString(),
    }),
  );
  if (outcome.kind !== 'refused') return;
  throw ApplicationFailure.nonRetryable(
    `The business key of ${run.workflowId} was used by an earlier saga; nothing has been done.`,
    outcome.code,
  );
}

export async function recordParked(run: SagaRun, entry: ParkedEntry): Promise<void> {
  const { step, direction, condition, reason } = entry;
  run.journalRecords += 1;
  const parked = journal.parked({ ...identityOf(run), step, direction, condition, reason });
  await record(run, `parked:${run.journalRecords}`, parked);
}

/** What a person did, and to which step. */
export interface Act {
  readonly verb: 'cancel' | 'retry' | 'skip' | 'approve' | 'deny';
  readonly actor: string;
  readonly reason: string;
  readonly step?: string;
  readonly direction?: 'forward' | 'undo';
  readonly epoch?: number;
}

export async function recordActed(run: SagaRun, act: Act): Promise<void> {
  run.journalRecords += 1;
  const acted = journal.acted({ ...identityOf(run), ...act });
  await record(run, `acted:${run.journalRecords}`, acted);
}

/** The terminal record: every started saga has exactly one. */
export async function recordFinished(run: SagaRun, ending: Ending): Promise<void> {
  const { outcome, reason } = ending;
  const finished = journal.finished({
    ...identityOf(run),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    steps: run.book.map((step) => ({
      ...stepView(step),
      ...(step.status === 'skipped' && step.kind === 'compensatable' ? { leftInPlace: true } : {}),
    })),
  });
  await record(run, 'finished', finished);
}

function identityOf(run: SagaRun) {
  return { sagaId: run.sagaId, saga: run.name, workflowId: run.workflowId };
}

/** Writes one record; a journal that is away is waited for, without end. */
async function record(run: SagaRun, name: string, command: CommandDescriptor): Promise<Outcome> {
  const message: StepMessage = {
    ...envelopeOf(run),
    step: `${journalPrefix}${name}`,
    kind: 'forward',
    epoch: 0,
    command: command.command,
    input: command.input,
  };
  const target = { taskQueue: `sagas${run.queueSuffix}`, summary: `journal: ${name}`, bounds: {} };
  const outcome = await insist(() => send(message, command.participant, target), {
    isAnswer: isFinal,
    summary: `pause before journal: ${name}`,
    onTrouble: (trouble) => {
      run.notes.push(`The journal does not take ${name}: ${reasonOf(trouble)}.`);
      showTransition(run);
    },
  });
  if (outcome.kind === 'done' || (name === 'started' && outcome.kind === 'refused')) return outcome;
  run.halt(reasonOf(outcome), message.step, 'forward');
  return never();
}

/** An answer, or the news that another run writes this saga's journal. */
function isFinal(outcome: Outcome): boolean {
  return (
    outcome.kind === 'done' ||
    outcome.kind === 'refused' ||
    (outcome.kind === 'fault' && outcome.action === 'stop')
  );
}
