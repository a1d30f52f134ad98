import { replayProjection } from '../../platform/event-log/replay/replay';
import type { ReplayOptions, ReplayReport } from '../../platform/event-log/replay/options';
import { Problem, problem } from '../../platform/http/problem';
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
  /** The same for the same request: asked for again at this process, it is the one that was begun. */
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
  /**
   * Ends what is under way, and begins nothing more; the next process goes on from there. Statements that compare and
   * switch are waited for.
   */
  stop(): Promise<void>;
}

export interface RebuildParts {
  /** What a projection of this name is rebuilt with. */
  readonly optionsOf: (projection: string) => Omit<ReplayOptions, 'begun' | 'stopping'>;
  readonly log: Log;
  readonly now?: () => Date;
}

/** Acts of which a second request is known as the same. */
const actsKeptMax = 50;

/** Runs rebuilds beside everything else this process does. */
export function createRebuilds(parts: RebuildParts): Rebuilds {
  const { log, now = () => new Date() } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const last = new Map<string, WatchedRebuild>();
  const acts = new Map<string, Promise<Begun>>();
  const running = new Set<Promise<void>>();

  /** Resolves when it has the right to replay, and rejects where it does not get that far. */
  function run(projection: string, { by, reason, acceptLetters }: RebuildAct) {
    const asked = { by, reason, begunAt: now().toISOString() };
    const keep = (how: How) => last.set(projection, { ...asked, ...how });
    return new Promise<Begun>((resolve, reject) => {
      let hasBegun = false;
      const begun = (): void => {
        hasBegun = true;
        keep({ state: 'running' });
        resolve(asked);
      };
      const options = { ...parts.optionsOf(projection), acceptLetters, stopping: signal, begun };
      const over = replayProjection(options)
        .then(stateOf, (error: Error) => {
          reject(error);
          if (hasBegun && !signal.aborted) {
            log.error('a rebuild failed', { projection, actor: by, error });
          }
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

  /** One that could not begin is forgotten, so that it may be asked for again. */
  function noted(id: string, begun: Promise<Begun>): Promise<Begun> {
    acts.set(id, begun);
    begun.catch(() => acts.delete(id));
    const [oldest] = acts.keys();
    if (acts.size > actsKeptMax && oldest !== undefined) acts.delete(oldest);
    return begun;
  }

  return {
    of: (projection) => last.get(projection),
    async begin(projection, act) {
      const known = acts.get(act.id);
      if (known !== undefined) return { ...(await known.catch(refuse)), isRepeat: true };
      if (signal.aborted) throw problem('SERVICE_UNAVAILABLE', { detail: 'the projector stops' });
      const begun = await noted(act.id, run(projection, act)).catch(refuse);
      log.info('a rebuild was begun', { projection, actor: act.by, reason: act.reason });
      return { ...begun, isRepeat: false };
    },
    async stop() {
      stopping.abort(new Error('the process stops'));
      await Promise.all(running);
    },
  };
}

interface Begun {
  readonly begunAt: string;
}

type How = Omit<WatchedRebuild, 'by' | 'reason' | 'begunAt'>;

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
  const { code, fix, message } = error as { code?: string } & Error & { fix?: string };
  if (code === undefined) {
    return { state: 'failed', code: 'INTERNAL', detail: 'the log of the projector says why' };
  }
  return { state: 'failed', code, detail: fix === undefined ? message : `${message}; ${fix}` };
}

function refuse(error: unknown): never {
  if ((error as { code?: unknown }).code !== 'REPLAY_RUNNING') throw error;
  const [status, title, next] = rebuildPages.REPLAY_RUNNING;
  throw new Problem(status, 'REPLAY_RUNNING', title, { detail: next, cause: error });
}
