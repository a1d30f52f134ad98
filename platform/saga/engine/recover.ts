import { ApplicationFailure, condition, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import type { StepMessage } from '../../kernel/step';
import type { SagaDefinition } from '../define';
import { journal } from '../journal/contract';
import { sagaLimits } from '../limits';
import { journalPrefix } from '../plan/names';
import { reasonOf } from '../plan/moves';
import type { Remains } from '../orchestrate/close-and-read';
import type { SagaResult, SagaStart } from '../wire';
import type { EngineActivities, RecoveryTarget } from './activities';
import { executeSaga } from './execute';
import type { RecoveredStep, RecoveryStart } from './recovery-start';
import { closeParticipants, mergeRows } from './rows';
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
 * The workflow `recover`: takes over a saga that Temporal ended without its compensation. Ends what still runs,
 * takes the next generation from the journal, and only then reads what was started: a run that is still open could
 * start more.
 */
export async function recoverSaga(
  definitionOf: (saga: string) => SagaDefinition,
  target: RecoveryTarget,
): Promise<SagaResult | NothingToRecover> {
  const definition = definitionOf(target.saga);
  const activities = proxyActivities<EngineActivities>({
    startToCloseTimeout: sagaLimits.recoveryReadMs,
    retry: { maximumInterval: sagaLimits.stubbornPauseMs },
  });
  await activities.endRun(target);
  const taken = await takeGeneration(target);
  if (taken === 'finished') return { outcome: 'finished-before' };
  const { recoveries, runs = [] } = taken;
  const remains = await activities.readRemains({ ...target, recoveries, runs });
  const found = remains.isPartial
    ? await withRows(remains, { target, taken, activities })
    : remains;
  const started = found.started.map((step) => withDecisions(step, taken.decided));
  const { start, startedAt } = begunWith(found);
  const { generation, decided } = taken;
  const held = taken.held && taken.verdict !== 'unwind';
  const delivered = decided.results;
  const recovery = { ...target, generation, held, startedAt, start, started, delivered };
  return executeSaga(definition, start, recovery satisfies RecoveryStart);
}

function withDecisions(step: RecoveredStep, decided: Taken['decided']): RecoveredStep {
  const verdict = decided.verdicts[step.name];
  const input = decided.inputs[step.name];
  const result = decided.results[step.name];
  return {
    ...step,
    ...(verdict === undefined ? {} : { verdict }),
    ...(input === undefined ? {} : { command: { ...step.command, input } }),
    ...(result === undefined ? {} : { result }),
  };
}

function begunWith({ start, startedAt = '' }: Remains) {
  if (start === undefined) throw new Error('a recovery knows what its saga was started with');
  return { start, startedAt };
}

/**
 * Temporal has forgotten the saga, or a part of it: its participants are closed for it, and their rows say what else
 * was started. What only a row tells has no input.
 */
async function withRows(
  remains: Remains,
  of: {
    readonly target: RecoveryTarget;
    readonly taken: Taken;
    readonly activities: EngineActivities;
  },
): Promise<Remains> {
  const { target, taken, activities } = of;
  const { participants, ...request } = await activities.readRequest(target);
  const rows = await closeParticipants(target, taken.generation, participants);
  const started = mergeRows(remains.started, rows);
  if (remains.start !== undefined) return { ...remains, started };
  const { input, owner, businessKey, requestHash, deadlineAt, startedAt, parent } = request;
  const deadlineAtMs = Date.parse(deadlineAt);
  const child = parent === undefined ? {} : { parent };
  const start: SagaStart = { input, owner, businessKey, requestHash, deadlineAtMs, ...child };
  return { start, startedAt, started };
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
