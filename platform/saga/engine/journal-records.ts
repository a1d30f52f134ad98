import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { CommandDescriptor } from '../../kernel/contract';
import { epochOf } from '../../kernel/epoch';
import type { Json } from '../../kernel/json';
import type { StepMessage } from '../../kernel/step';
import { journal } from '../journal/contract';
import type { Effect } from '../machine/protocol';
import { journalPrefix } from '../plan/names';
import type { Ending } from '../plan/direction';
import { reasonOf } from '../plan/moves';
import type { Outcome } from '../plan/moves';
import type { ActRequirement, SignedVerb, Verb } from '../verbs';
import { sagaQueue } from '../wire';

import { never } from './saga-run';
import type { SagaRun } from './saga-run';
import { send } from './send';
import { envelopeOf, nextPause, routeOf } from './send-step';
import { listedSteps } from '../plan/listed-steps';
import { standingNames } from './child';
import { showTransition, stepsOf } from './show';

/**
 * Makes the start durable. Throws `BUSINESS_KEY_USED` when another saga had this key, and the code of its grant when it
 * was started without one that is for it: nothing has been done then.
 */
export async function recordStarted(run: SagaRun): Promise<void> {
  const { businessKey, owner, requestHash, deadlineAtMs, input, parent } = run.start;
  const outcome = await record(
    run,
    'started',
    journal.started({
      ...identityOf(run),
      businessKey,
      owner,
      requestHash,
      deadlineAt: new Date(deadlineAtMs).toISOString(),
      input,
      startedAt: run.startedAt,
      ...(parent === undefined ? {} : { parent }),
    }),
  );
  if (outcome.kind === 'done') return;
  throw ApplicationFailure.nonRetryable(
    `The journal does not take the start of ${run.workflowId}; nothing has been done.`,
    reasonOf(outcome),
  );
}

/** Makes a parked place durable, before anybody acts on it. */
export async function recordParked(
  run: SagaRun,
  { step, side, condition: known, reason }: Omit<Extract<Effect, { do: 'park' }>, 'do'>,
): Promise<void> {
  run.journalRecords += 1;
  const what = { step, direction: side, condition: known, reason };
  const parked = journal.parked({ ...identityOf(run), ...what });
  await record(run, `parked:${run.journalRecords}`, parked);
}

/** Makes it durable that a step is parked no more: lists of parked sagas leave it out from then on. */
export async function recordUnparked(run: SagaRun, step: string): Promise<void> {
  run.journalRecords += 1;
  const unparked = journal.unparked({ ...identityOf(run), step });
  await record(run, `unparked:${run.journalRecords}`, unparked);
}

/** A run that continues another takes the next generation; undefined where the saga has ended meanwhile. */
export async function takeNextGeneration(
  run: SagaRun,
  generation: number,
): Promise<number | undefined> {
  const { runId, workflowId, sagaId, name: saga } = run;
  const continued = journal.continued({ sagaId, saga, workflowId, run: runId, generation });
  // Named after the run before: a second run that would continue it meets this record, and is fenced.
  const outcome = await record(run, `continued:${generation}`, continued);
  if (outcome.kind !== 'done') return undefined;
  return (outcome.result as { readonly generation: number }).generation;
}

/** Makes it durable that a child saga is done and waits for its parent's decision. */
export async function recordHeld(run: SagaRun, result: Json): Promise<void> {
  await record(run, 'held', journal.held({ ...identityOf(run), result }));
}

/** What a person does, as it was signed, and what it comes to in this saga. */
export interface Act {
  readonly verb: Verb;
  readonly signed: SignedVerb;
  /** The step it is for; the person may have left it out. */
  readonly at?: string;
  readonly direction?: 'forward' | 'undo';
  readonly epoch?: number;
  readonly requires?: ActRequirement;
}

/**
 * Writes what a person does, before it takes effect. The grant is opened by whoever writes the record; a refusal of
 * either is thrown with its code, and nothing has changed. Named after the act, so that the same act is one record.
 */
export async function recordActed(run: SagaRun, act: Act): Promise<void> {
  await condition(() => run.recorded);
  const input = { ...identityOf(run), ...act } as unknown as Json;
  const acted = { kind: 'command', participant: 'sagas', command: 'acted', input } as const;
  const outcome = await record(run, `acted:${act.signed.jti}`, acted);
  if (outcome.kind === 'refused') {
    throw ApplicationFailure.nonRetryable('the act was refused', outcome.code);
  }
}

/** A cancel that came from Temporal itself: it cannot be refused, only noted. */
export async function recordRawCancel(run: SagaRun): Promise<void> {
  await condition(() => run.recorded);
  const reason = 'cancel request of the workflow';
  await record(run, 'raw-cancel', journal.interrupted({ ...identityOf(run), reason }));
}

/** The terminal record: every started saga has exactly one. Anything but *done*: the journal does not take this end. */
export async function recordFinished(run: SagaRun, ending: Ending): Promise<Outcome> {
  const { outcome, reason } = ending;
  const steps = stepsOf(run);
  const listed = listedSteps(steps);
  const finished = journal.finished({
    ...identityOf(run),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    steps: [...listed],
    ...(listed.length === steps.length
      ? {}
      : { stepsOmitted: steps.length - listed.length, standing: standingNames(run) }),
  });
  return record(run, 'finished', finished);
}

function identityOf(run: SagaRun) {
  const { sagaId, name: saga, workflowId } = run;
  const { generation } = run.machine;
  return { sagaId, saga, workflowId, ...(generation === 0 ? {} : { generation }) };
}

const refusable = ['started', 'continued', 'acted', 'finished'];

/** Writes one record; a journal that is away is waited for, without end. */
async function record(run: SagaRun, name: string, command: CommandDescriptor): Promise<Outcome> {
  const { generation } = run.machine;
  const message: StepMessage = {
    ...envelopeOf(run),
    step: `${journalPrefix}${generation === 0 ? name : `${generation}.${name}`}`,
    kind: 'forward',
    epoch: epochOf(generation, 0),
    command: command.command,
    input: command.input,
  };
  for (let pauseMs: number = run.pace.stubbornPauseMs; ; pauseMs = nextPause(pauseMs)) {
    const outcome = await send(message, command.participant, {
      taskQueue: sagaQueue(run.queueSuffix),
      summary: `journal: ${name}`,
      bounds: {},
      pace: run.pace,
      ...routeOf(run),
    });
    if (outcome.kind === 'done') return outcome;
    const isRefusable = refusable.some((prefix) => name.startsWith(prefix));
    if (outcome.kind === 'refused' && isRefusable) return outcome;
    const isFenced = outcome.kind === 'fault' && outcome.action === 'stop';
    // After its end a saga has nothing left to halt: whoever ends it is told.
    if (isFenced && name === 'finished') return outcome;
    if (isFenced || outcome.kind === 'refused') {
      if (run.halted === undefined) {
        run.tell({ on: 'fenced', step: message.step, reason: reasonOf(outcome) });
      }
      return never();
    }
    run.notes.push(`The journal does not take ${name}: ${reasonOf(outcome)}.`);
    showTransition(run);
    await condition(() => false, pauseMs, { summary: `pause before journal: ${name}` });
  }
}
