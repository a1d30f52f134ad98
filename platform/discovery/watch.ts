import type { Log } from '../runtime/log';
import { checkedInstancesOf } from './consul';
import type { Consul, Instance } from './consul';
import { backoffMs, pause } from './pace';

/** Pace of the blocking queries; times in milliseconds. */
export const watchLimits = {
  waitSeconds: 30,
  /** Consul adds up to a sixteenth of the wait; then the link counts as dead. */
  clientTimeoutMs: 30_000 + 30_000 / 16 + 2_000,
  /** Between two questions, whatever the answers: a confused index must not make a busy loop. */
  pauseMs: 100,
  backoffStepMs: 200,
  backoffMsMax: 5_000,
} as const;

/**
 * The index to ask with next. One that is no number, below 1 or behind the last one is started over from 0: Consul was
 * restored or restarted, and waiting for the old one would wait for ever.
 */
export function nextIndex(previous: number, header: string | undefined): number {
  const index = header === undefined || !/^\d{1,15}$/.test(header) ? 0 : Number(header);
  return index < 1 || index < previous ? 0 : index;
}

/** What is known of a service's instances. */
export interface Known {
  /**
   * Those that are well; where none is, those that were well last, and where none ever was, those that are registered:
   * one slow check of the only instance is no reason to ask nobody, for one that has just begun to follow it either.
   */
  readonly instances: readonly Instance[];
  /** Whether Consul called any of them well the last time that it answered. */
  readonly isNamed: boolean;
  /** Milliseconds since Consul last confirmed it; undefined while it never did. */
  ageMs(): number | undefined;
  /** Resolves when something is known, or after `timeoutMs`. */
  firstAnswer(timeoutMs: number): Promise<void>;
  stop(): void;
}

export interface WatchOptions {
  readonly consul: Pick<Consul, 'ask'>;
  readonly log: Log;
  /** Name in Consul. */
  readonly name: string;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

interface State {
  instances: readonly Instance[];
  isNamed: boolean;
  /** One of them was well once. */
  wasNamed: boolean;
  confirmedAtMs: number | undefined;
  index: number;
  failures: number;
}

async function askOnce(options: WatchOptions, state: State, signal: AbortSignal): Promise<void> {
  const blocking = state.index > 0 ? `?index=${state.index}&wait=${watchLimits.waitSeconds}s` : '';
  const path = `/v1/health/service/${encodeURIComponent(options.name)}${blocking}`;
  const answer = await options.consul.ask({ path, timeoutMs: watchLimits.clientTimeoutMs, signal });
  const registered = checkedInstancesOf(answer.body);
  const well = registered.filter(({ isWell }) => isWell);
  state.isNamed = well.length > 0;
  state.wasNamed ||= state.isNamed;
  if (state.isNamed || !state.wasNamed) state.instances = state.isNamed ? well : registered;
  state.index = nextIndex(state.index, answer.index);
  state.confirmedAtMs = (options.now ?? performance.now.bind(performance))();
  state.failures = 0;
}

/**
 * Follows the instances of a service by blocking queries. When Consul is away the last known list stays, with
 * its age; asking goes on with jittered back-off and from index 0, since a restarted Consul counts anew.
 */
export function watchInstances(options: WatchOptions): Known {
  const now = options.now ?? performance.now.bind(performance);
  const stopping = new AbortController();
  const state: State = {
    ...{ instances: [], isNamed: false, wasNamed: false },
    ...{ confirmedAtMs: undefined, index: 0, failures: 0 },
  };
  let answered: () => void;
  const first = new Promise<void>((resolve) => (answered = resolve));

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await askOnce(options, state, stopping.signal);
        answered();
        await pause(watchLimits.pauseMs, stopping.signal);
      } catch (error) {
        if (stopping.signal.aborted) return;
        state.failures += 1;
        state.index = 0;
        if (state.failures === 1) {
          options.log.warn('Consul is away, last known instances stay', {
            service: options.name,
            error,
          });
        }
        const { backoffStepMs: stepMs, backoffMsMax: maxMs } = watchLimits;
        await pause(
          watchLimits.pauseMs + backoffMs(state.failures, { stepMs, maxMs }),
          stopping.signal,
        );
      }
    }
  }

  void follow();
  return {
    get instances() {
      return state.instances;
    },
    get isNamed() {
      return state.isNamed;
    },
    ageMs: () => (state.confirmedAtMs === undefined ? undefined : now() - state.confirmedAtMs),
    firstAnswer: (timeoutMs) => {
      const late = new AbortController();
      return Promise.race([first, pause(timeoutMs, late.signal)]).finally(() => late.abort());
    },
    stop: () => stopping.abort(),
  };
}
