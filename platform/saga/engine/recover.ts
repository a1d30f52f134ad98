import { ApplicationFailure, condition, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import type { StepMessage } from '../../kernel/step';
import type { SagaDefinition } from '../define';
import { journal } from '../journal/contract';
import { sagaLimits } from '../limits';
import { begin } from '../machine/machine';
import { beginRecovery } from '../machine/recovery';
import { journalPrefix } from '../plan/names';
import { inOrder } from '../plan/recovered-order';
import { reasonOf } from '../plan/moves';
import type { Remains } from '../orchestrate/close-and-read';
import type { SagaResult, SagaStart } from '../wire';
import type { EngineActivities, JournaledRequest, RecoveryTarget } from './activities';
import { rememberEarlier } from './continue';
import { runSaga } from './execute';
import { take } from './interpret';
import type { RecoveredStep, RecoveryStart } from './recovery-start';
import { closeParticipants } from './rows';
import { SagaRun } from './saga-run';
import { send } from './send';
import { nextPause } from './send-step';

/** What the journal answers to a recovery that takes over. */
interface Taken {
  readonly generation: number;
  readonly held: boolean;
  readonly verdict?: 'release' | 'unwind';
  /** Run ids of earlier recoveries. */
  readonly recoveries: readonly string[];
  /** Run ids of the saga's own runs after its first. */
  readonly runs?: readonly string[];
  readonly decided: {
    readonly verdicts: { readonly [step: string]: NonNullable<RecoveredStep['verdict']> };
    readonly inputs: { readonly [step: string]: Json };
    readonly results: { readonly [step: string]: Json };
  };
}

/** The result of a recovery that found nothing to do: the saga had its terminal record. */
export interface NothingToRecover {
  readonly outcome: 'finished-before';
}

/**
 * The workflow `recover`: takes over a saga that Temporal ended without its compensation. It takes messages from its
 * first moment: whatever it has to wait for before it may begin is shown, and can be asked for again.
 */
export async function recoverSaga(
  definitionOf: (saga: string) => SagaDefinition,
  target: RecoveryTarget,
): Promise<SagaResult | NothingToRecover> {
  const run = new SagaRun(definitionOf(target.saga), unknownStart(target), target);
  const result = await runSaga(run, () => beginRecovering(run, target));
  return result ?? { outcome: 'finished-before' };
}

/** What a saga was started with is found out after its recovery has begun. */
function unknownStart({ workflowId }: RecoveryTarget): SagaStart {
  return { input: null, owner: '', businessKey: workflowId, requestHash: '', deadlineAtMs: 0 };
}

/**
 * Ends what still runs, takes the next generation from the journal, and only then reads what was started: a run that
 * is still open could start more. False when the saga has its terminal record.
 */
async function beginRecovering(run: SagaRun, target: RecoveryTarget): Promise<boolean> {
  const activities = proxyActivities<EngineActivities>({
    startToCloseTimeout: sagaLimits.recoveryReadMs,
    retry: { maximumInterval: sagaLimits.stubbornPauseMs },
  });
  await activities.endRun(target);
  const taken = await takeGeneration(target);
  // From here on the journal takes what people do; for a saga that has ended it refuses.
  run.recorded = true;
  if (taken === 'finished') return false;
  const { recoveries, runs = [], generation, decided } = taken;
  run.machine = { ...run.machine, generation };
  const remains = await activities.readRemains({ ...target, recoveries, runs });
  const found = remains.isPartial ? await withRows(run, { remains, target, activities }) : remains;
  begunWith(run, found);
  const started = found.started.map((step) => withDecisions(step, decided));
  const held = taken.held && taken.verdict !== 'unwind';
  const { inputs, results: delivered } = decided;
  const { reason } = target;
  takeOver(run, { generation, held, reason, started, inputs, delivered });
  return true;
}

/** Begins where earlier runs were ended from outside: with everything they started. */
function takeOver(run: SagaRun, recovery: RecoveryStart): void {
  run.recovery = recovery;
  const { continued } = run.start;
  if (continued !== undefined) rememberEarlier(run, continued);
  for (const step of recovery.started) {
    const { name, startedAt, result, child } = step;
    run.steps.set(name, { ...step, patience: {} });
    run.times.set(name, { startedAt });
    if (result !== undefined) run.results.set(name, result);
    if (child !== undefined) run.children.set(name, child);
  }
  // Events that were delivered, for waits that are passed and for those that are not.
  for (const [name, data] of Object.entries(recovery.delivered)) run.results.set(name, data);
  const { state, effects } = beginRecovery(recovery);
  const { paused } = run.machine;
  const begun = begin({ state: { ...state, paused }, effects });
  take(run, begun.state, begun.effects);
}

function withDecisions(step: RecoveredStep, decided: Taken['decided']): RecoveredStep {
  const verdict = decided.verdicts[step.name];
  const input = decided.inputs[step.name];
  const result = decided.results[step.name];
  return {
    ...step,
    ...(verdict === undefined ? {} : { verdict }),
    ...(input === undefined ? {} : { command: { ...step.command, input }, isInputKnown: true }),
    ...(result === undefined ? {} : { result }),
  };
}

function begunWith(run: SagaRun, { start, startedAt = '' }: Remains): void {
  if (start === undefined) throw new Error('a recovery knows what its saga was started with');
  run.beganWith(start, startedAt);
}

/**
 * Temporal has forgotten the saga, or a part of it: its participants are closed for it, and their rows say what else
 * was started. What only a row tells has no input.
 */
async function withRows(
  run: SagaRun,
  of: {
    readonly remains: Remains;
    readonly target: RecoveryTarget;
    readonly activities: EngineActivities;
  },
): Promise<Remains> {
  const { participants, startedAt, ...request } = await of.activities.readRequest(of.target);
  const known = of.remains.start === undefined ? {} : of.remains;
  const remains = { start: startOf(request), startedAt, ...known };
  begunWith(run, { ...of.remains, ...remains });
  const rows = await closeParticipants(run, participants);
  return { ...remains, started: inOrder(of.remains.started, rows) };
}

function startOf({
  deadlineAt,
  ...request
}: Omit<JournaledRequest, 'participants' | 'startedAt'>): SagaStart {
  return { ...request, deadlineAtMs: Date.parse(deadlineAt) };
}

/** Takes the next generation; one per run of a recovery, however often it is asked. */
async function takeGeneration(target: RecoveryTarget): Promise<Taken | 'finished'> {
  const { sagaId, saga, workflowId, reason } = target;
  const { runId, taskQueue } = workflowInfo();
  const { command, input } = journal.recovering({ sagaId, saga, workflowId, reason, run: runId });
  const message: StepMessage = {
    ...{ sagaId, saga, command, input, kind: 'forward', epoch: 0, run: runId },
    step: `${journalPrefix}recovering:${runId}`,
    correlationId: workflowId,
    owner: '',
  };
  const route = { taskQueue, summary: 'journal: recovering', bounds: {}, pace: sagaLimits };
  for (let pauseMs: number = sagaLimits.stubbornPauseMs; ; pauseMs = nextPause(pauseMs)) {
    const outcome = await send(message, 'sagas', route);
    if (outcome.kind === 'done') return outcome.result as unknown as Taken;
    if (outcome.kind === 'refused' && outcome.code === 'SAGA_FINISHED') return 'finished';
    if (outcome.kind === 'refused') {
      throw ApplicationFailure.nonRetryable(`there is no such saga: ${sagaId}`, reasonOf(outcome));
    }
    await condition(() => false, pauseMs, { summary: 'pause before journal: recovering' });
  }
}
