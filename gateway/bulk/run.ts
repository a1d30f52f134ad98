import { isProblem } from '../../platform/http/problem';
import type { Log } from '../../platform/runtime/log';
import type { VerifiedGrant } from '../../platform/saga/verbs';
import { actIdOf } from '../../platform/security/pseudonym';
import type { SagaEngine } from '../sagas/engine';
import { runnersOf, viewOf } from '../sagas/reach';
import type { Runners } from '../sagas/reach';
import { problemOf, sendVerb } from '../sagas/send-verb';
import type { VerbParts } from '../sagas/send-verb';
import { bulkLimits } from './collect';
import type { BulkVerb, Target } from './collect';
import { createWatch, noWatch } from './watch';
import type { BulkFailure, Look } from './watch';

/** Waits between two sagas; resolves early when the signal says so. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export interface RunParts extends VerbParts {
  readonly engine: Pick<SagaEngine, 'describe' | 'view' | 'send'>;
  readonly log: Log;
  readonly pause: Pause;
}

/** One verb for many sagas, decided. */
export interface BulkPlan {
  readonly id: string;
  readonly verb: BulkVerb;
  readonly targets: readonly Target[];
  readonly person: VerifiedGrant;
  readonly reason: string;
  /** The step meant, where the filter named one. */
  readonly step?: string;
  readonly ratePerSecond: number;
  readonly stopOnNewFailure: boolean;
}

/** How far a run is. */
export interface BulkProgress {
  readonly id: string;
  readonly verb: BulkVerb;
  readonly reason: string;
  readonly state: 'running' | 'done' | 'stopped' | 'cancelled';
  readonly total: number;
  /** Taken by the saga. */
  readonly accepted: number;
  /** Not taken; the first 50 say why. */
  readonly failed: number;
  readonly failures: readonly BulkFailure[];
  readonly stoppedBecause?: BulkFailure;
  readonly startedAt: string;
  readonly finishedAt?: string;
}

/** A run on its way, or one that is over. */
export interface BulkRun {
  progress(): BulkProgress;
  /** Ends it before the next saga. */
  cancel(): void;
  /** Resolves when it is over; never rejects. */
  readonly over: Promise<void>;
}

type Draft = { -readonly [Member in keyof BulkProgress]: BulkProgress[Member] };

/** Problems that the next saga would meet as well. */
const general: ReadonlySet<string> = new Set([
  ...['WORKERS_AWAY', 'SAGA_ENGINE_UNAVAILABLE', 'GRANT_INVALID', 'ROLE_MISSING'],
]);

/** Where a saga runs now: it may have been ended from outside since the list was made. */
async function runnersNow({ engine }: RunParts, target: Target): Promise<Runners> {
  return runnersOf(target, await engine.describe(target.workflowId));
}

async function actOn(
  parts: RunParts,
  plan: BulkPlan,
  target: Target,
): Promise<BulkFailure | undefined> {
  const { verb, reason, step, person } = plan;
  const { workflowId } = target;
  const saga = workflowId;
  // One act per saga and run: the same run again, after a restart or by a second click, changes nothing.
  const jti = actIdOf([plan.id, saga]);
  const told = { jti, reason, ...(step === undefined ? {} : { step }) };
  try {
    const runners = await runnersNow(parts, target);
    const refused = problemOf(
      await sendVerb(parts, { verb, workflowId, runners, told }, person),
      verb,
    );
    return refused && { saga, code: refused.code, detail: refused.detail };
  } catch (error) {
    if (isProblem(error)) return { saga, code: error.code, detail: error.detail };
    parts.log.error('a bulk run failed', { workflowId: saga, error });
    return { saga, code: 'INTERNAL', detail: 'something is wrong on our side; see the log' };
  }
}

/** Whoever is away is no reason to end a run: the next act says so itself. */
const looking =
  (parts: RunParts): Look =>
  async (target) => {
    try {
      return await viewOf(parts.engine, await runnersNow(parts, target));
    } catch (error) {
      parts.log.warn('a saga of a bulk run could not be looked at', {
        workflowId: target.workflowId,
        error,
      });
      return undefined;
    }
  };

function count(draft: Draft, failure: BulkFailure | undefined): void {
  if (failure === undefined) {
    draft.accepted += 1;
    return;
  }
  draft.failed += 1;
  if (draft.failures.length < bulkLimits.failuresKeptMax) {
    draft.failures = [...draft.failures, failure];
  }
}

interface Work {
  readonly plan: BulkPlan;
  readonly draft: Draft;
  readonly signal: AbortSignal;
}

async function work(parts: RunParts, { plan, draft, signal }: Work): Promise<void> {
  const watch = plan.stopOnNewFailure ? createWatch(looking(parts)) : noWatch;
  for (const target of plan.targets) {
    if (signal.aborted) {
      draft.state = 'cancelled';
      return;
    }
    const failure = await watch.acting(target, () => actOn(parts, plan, target));
    count(draft, failure);
    const isGeneral = failure !== undefined && general.has(failure.code);
    if (!isGeneral) await parts.pause(1_000 / plan.ratePerSecond, signal);
    const because = isGeneral ? failure : await watch.newFailure();
    if (because !== undefined) {
      draft.state = 'stopped';
      draft.stoppedBecause = because;
      return;
    }
  }
  draft.state = 'done';
}

/** Starts a run in the background: one saga after the other, never faster than asked for. */
export function startRun(parts: RunParts, plan: BulkPlan): BulkRun {
  const { id, verb, reason, targets } = plan;
  const draft: Draft = {
    ...{ id, verb, reason, state: 'running', total: targets.length, accepted: 0, failed: 0 },
    ...{ failures: [], startedAt: new Date().toISOString() },
  };
  const controller = new AbortController();
  const over = work(parts, { plan, draft, signal: controller.signal })
    .catch((error: unknown) => {
      parts.log.error('a bulk run broke', { error });
      draft.state = 'stopped';
      draft.stoppedBecause = { saga: '', code: 'INTERNAL', detail: 'see the log of the gateway' };
    })
    .finally(() => {
      draft.finishedAt = new Date().toISOString();
      parts.log.info('a bulk run is over', { command: verb, actor: plan.person.actor });
    });
  return { progress: () => ({ ...draft }), cancel: () => controller.abort(), over };
}
