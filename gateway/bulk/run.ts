import { isProblem } from '../../platform/http/problem';
import type { Log } from '../../platform/runtime/log';
import type { VerifiedGrant } from '../../platform/saga/verbs';
import type { ParkedView } from '../../platform/saga/wire';
import { actIdOf } from '../sagas/acting';
import { problemOf, sendVerb } from '../sagas/send-verb';
import type { VerbParts } from '../sagas/send-verb';
import { bulkLimits } from './collect';
import type { BulkVerb, Target } from './collect';

/** Waits between two sagas; resolves early when the signal says so. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export interface RunParts extends VerbParts {
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

export interface BulkFailure {
  readonly saga: string;
  readonly code: string;
  readonly detail: string;
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

const stampsOf = (parked: readonly ParkedView[]): string[] =>
  parked.map(({ step, direction, since }) => `${step} ${direction} ${since}`);

async function actOn(
  parts: RunParts,
  plan: BulkPlan,
  saga: string,
): Promise<BulkFailure | undefined> {
  const { verb, reason, step, person } = plan;
  // One act per saga and run: the same run again, after a restart or by a second click, changes nothing.
  const jti = actIdOf([plan.id, saga]);
  const act = { verb, workflowId: saga, jti, reason, ...(step === undefined ? {} : { step }) };
  try {
    const refused = problemOf(await sendVerb(parts, act, person), verb);
    return refused && { saga, code: refused.code, detail: refused.detail };
  } catch (error) {
    if (isProblem(error)) return { saga, code: error.code, detail: error.detail };
    parts.log.error('a bulk run failed', { workflowId: saga, error });
    return { saga, code: 'INTERNAL', detail: 'something is wrong on our side; see the log' };
  }
}

/** The first of the sagas acted on that is parked again, at a place where it was not parked before. */
async function newFailure(
  parts: RunParts,
  watched: ReadonlyMap<string, readonly string[]>,
): Promise<BulkFailure | undefined> {
  for (const [saga, before] of watched) {
    const parked = (await parts.engine.view(saga).catch(() => undefined))?.parked ?? [];
    const anew = parked.find((place) => !before.includes(stampsOf([place])[0] ?? ''));
    if (anew !== undefined) {
      const detail = `parked again at "${anew.step}" with ${anew.reason}`;
      return { saga, code: 'PARKED_AGAIN', detail };
    }
  }
  return undefined;
}

/** Which sagas the run has acted on, with the places where each was parked before. */
type Watched = Map<string, readonly string[]>;

async function actAndWatch(
  parts: RunParts,
  plan: BulkPlan,
  { saga, watched }: { readonly saga: string; readonly watched: Watched },
): Promise<BulkFailure | undefined> {
  const watches = plan.stopOnNewFailure;
  const view = watches ? await parts.engine.view(saga).catch(() => undefined) : undefined;
  const failure = await actOn(parts, plan, saga);
  if (failure === undefined && view !== undefined) watched.set(saga, stampsOf(view.parked));
  const [oldest] = watched.keys();
  if (watched.size > bulkLimits.watchedMax && oldest !== undefined) watched.delete(oldest);
  return failure;
}

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
  const watched: Watched = new Map();
  for (const { workflowId: saga } of plan.targets) {
    if (signal.aborted) {
      draft.state = 'cancelled';
      return;
    }
    const failure = await actAndWatch(parts, plan, { saga, watched });
    count(draft, failure);
    const isGeneral = failure !== undefined && general.has(failure.code);
    if (!isGeneral) await parts.pause(1_000 / plan.ratePerSecond, signal);
    const because = isGeneral ? failure : await newFailure(parts, watched);
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
