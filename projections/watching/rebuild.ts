import { replayProjection } from '../../platform/event-log/replay/replay';
import type { ReplayOptions, ReplayReport } from '../../platform/event-log/replay/options';
import { Problem } from '../../platform/http/problem';
import type { Log } from '../../platform/runtime/log';

/** Status, title and next step of what a rebuild is refused with. */
export const rebuildPages = {
  REPLAY_RUNNING: [
    409,
    'Somebody rebuilds this read model already',
    'wait for its end: GET /projections says how far it is; one that was killed lets go by itself',
  ],
} as const satisfies Record<string, readonly [number, string, string]>;

/** Who asked for it and why. */
export interface RebuildAct {
  /** The same for the same request: asked for again, it is the one that was begun. */
  readonly id: string;
  /** Pseudonym. */
  readonly by: string;
  readonly reason: string;
  readonly acceptLetters: boolean;
}

/** A rebuild under way, or how it ended. */
export interface WatchedRebuild {
  /** `differs` and `letters`: built, and not switched. */
  readonly state: 'running' | 'failed' | 'stopped' | Exclude<ReplayReport['verdict'], 'built'>;
  readonly by: string;
  readonly reason: string;
  readonly begunAt: string;
  readonly endedAt?: string;
  readonly code?: string;
  readonly detail?: string;
}

/** Rebuilds of this process, at most one of each read model. */
export interface Rebuilds {
  /** Answers once it has begun, which of two processes only one can. Throws the problem `REPLAY_RUNNING`. */
  begin(projection: string, act: RebuildAct): Promise<{ begunAt: string; isRepeat: boolean }>;
  /** The last one; undefined where none was asked for. */
  of(projection: string): WatchedRebuild | undefined;
  /** Ends what is under way; the next one goes on from there. */
  stop(): Promise<void>;
}

export interface RebuildParts {
  /** What a projection of this name is rebuilt with. */
  readonly optionsOf: (projection: string) => Omit<ReplayOptions, 'begun' | 'stopping'>;
  readonly log: Log;
  readonly now?: () => Date;
}

/** Runs rebuilds beside everything else this process does. */
export function createRebuilds(parts: RebuildParts): Rebuilds {
  const { log, now = () => new Date() } = parts;
  const stopping = new AbortController();
  const last = new Map<string, { readonly id: string; readonly seen: WatchedRebuild }>();
  const running = new Set<Promise<void>>();

  /** Resolves when it has the right to replay, and rejects where it does not get that far. */
  function run(projection: string, { id, by, reason, acceptLetters }: RebuildAct) {
    const asked = { by, reason, begunAt: now().toISOString() };
    const keep = (how: Omit<WatchedRebuild, keyof typeof asked>) =>
      last.set(projection, { id, seen: { ...asked, ...how } });
    return new Promise<{ readonly begunAt: string }>((resolve, reject) => {
      let hasBegun = false;
      const begun = (): void => {
        hasBegun = true;
        keep({ state: 'running' });
        resolve(asked);
      };
      const signal = stopping.signal;
      const options = { ...parts.optionsOf(projection), acceptLetters, stopping: signal, begun };
      const over = replayProjection(options)
        .then(stateOf, (error: Error) => {
          reject(error);
          return failureOf(error, signal.aborted);
        })
        .then((how) => {
          running.delete(over);
          if (!hasBegun) return;
          keep({ ...how, endedAt: now().toISOString() });
          log.info('a rebuild ended', { projection, actor: by, state: how.state, code: how.code });
        });
      running.add(over);
    });
  }

  return {
    of: (projection) => last.get(projection)?.seen,
    async begin(projection, act) {
      const before = last.get(projection);
      if (before?.id === act.id) return { begunAt: before.seen.begunAt, isRepeat: true };
      const { begunAt } = await run(projection, act).catch(refuse);
      log.info('a rebuild was begun', { projection, actor: act.by, reason: act.reason });
      return { begunAt, isRepeat: false };
    },
    async stop() {
      stopping.abort(new Error('the process stops'));
      await Promise.all(running);
    },
  };
}

type How = Pick<WatchedRebuild, 'state' | 'code' | 'detail'>;

function stateOf({ verdict, letters, comparison }: ReplayReport): How {
  if (verdict === 'letters') {
    const detail = `${letters.count} dead letters that the live one does not have`;
    return { state: 'letters', detail };
  }
  if (verdict === 'built') throw new TypeError('a rebuild is asked to switch');
  const { compared, differing } = comparison;
  return { state: verdict, detail: `${compared} rows compared, ${differing.length} differ` };
}

function failureOf(error: unknown, isStopped: boolean): How {
  if (isStopped) return { state: 'stopped', detail: 'its process ended; begin it again' };
  const { code = 'INTERNAL', fix, message } = error as { code?: string } & Error & { fix?: string };
  return { state: 'failed', code, detail: fix === undefined ? message : `${message}; ${fix}` };
}

function refuse(error: unknown): never {
  if ((error as { code?: unknown }).code !== 'REPLAY_RUNNING') throw error;
  const [status, title, next] = rebuildPages.REPLAY_RUNNING;
  throw new Problem(status, 'REPLAY_RUNNING', title, { detail: next, cause: error });
}
