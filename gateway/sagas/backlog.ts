import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Log } from '../../platform/runtime/log';
import { metricNames } from '../../platform/runtime/metric-names';

/** When starts are refused because steps wait; milliseconds. */
export const backlogLimits = {
  /**
   * So long a step may wait before the first start is refused, and so long until each is. A worker loses a saga whose
   * task waits for two seconds (`workers/orchestrate.ts`), and that costs a replay: it has to stay rare.
   */
  waitMs: { from: 1_000, all: 4_000 },
  /**
   * Fewer tasks than this that wait are no sign of too much to do. Where little is asked for, the pace of the workers
   * is the pace of the callers, and one old task of a service that is just back would look like minutes of work.
   */
  countMin: 10,
  /** How often Temporal is asked while somebody wants to know. */
  askEveryMs: 500,
  /** What was seen longer ago says nothing any more: starts go on. */
  forgetMs: 10_000,
} as const;

/** What waits in one task queue. */
export interface QueueBacklog {
  readonly queue: string;
  /** Tasks that nobody has taken. */
  readonly count: number;
  /** Since when the oldest of them waits, milliseconds. */
  readonly ageMs: number;
  /** Tasks that workers take a second; 0 where none is at work. */
  readonly takenPerSecond: number;
}

/** How far behind the workers are. */
export interface Backlog {
  /** True where a start would only wait: more often, the longer steps wait already. Never asks, never waits. */
  refusesStart(): boolean;
}

/**
 * How long the next step will wait in a queue, milliseconds: the work before it at the pace of its workers, and no
 * longer than the oldest waits already. A queue that nobody works on is no sign of too much to do, nor is a handful of
 * tasks: a service that is away gets its steps when it is back, and starts go on.
 */
export function waitOf({ count, ageMs, takenPerSecond }: QueueBacklog): number {
  if (takenPerSecond <= 0 || count < backlogLimits.countMin) return 0;
  return Math.min(ageMs, (1_000 * count) / takenPerSecond);
}

export interface BacklogOptions {
  /** What waits in the queues of sagas and of their steps. May reject. */
  readonly queues: () => Promise<readonly QueueBacklog[]>;
  readonly log: Log;
  readonly registry: Registry;
  /** Monotonic, milliseconds. */
  readonly now?: () => number;
  readonly random?: () => number;
}

/**
 * Watches the queues while starts come, twice a second; nothing runs between them. Temporal away says nothing about the
 * queues: the start itself is answered 503 then.
 */
export function watchBacklog(options: BacklogOptions): Backlog {
  const { queues, log, now = () => performance.now(), random = Math.random } = options;
  let seen: { readonly waits: ReadonlyMap<string, number>; readonly atMs: number } | undefined;
  let askedAtMs = -Infinity;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    try {
      const found = await queues();
      seen = { waits: new Map(found.map((one) => [one.queue, waitOf(one)])), atMs: now() };
    } catch (error) {
      log.debug('the backlog of sagas is not known', { error });
    }
  }

  /** One question at a time, and no more than two a second. */
  function refresh(): Promise<void> {
    if (asking === undefined && now() - askedAtMs >= backlogLimits.askEveryMs) {
      askedAtMs = now();
      asking = ask().finally(() => {
        asking = undefined;
      });
    }
    return asking ?? Promise.resolve();
  }

  const known = () =>
    seen !== undefined && now() - seen.atMs < backlogLimits.forgetMs ? seen.waits : undefined;

  new Gauge({
    name: metricNames.sagaStepWait,
    help: 'Seconds the next step of a saga waits for a worker, by task queue',
    labelNames: ['queue'],
    registers: [options.registry],
    async collect() {
      await refresh();
      this.reset();
      for (const [queue, waitMs] of known() ?? []) this.set({ queue }, waitMs / 1_000);
    },
  });

  return {
    refusesStart() {
      void refresh();
      const longestMs = Math.max(0, ...(known()?.values() ?? []));
      const { from, all } = backlogLimits.waitMs;
      return random() < (longestMs - from) / (all - from);
    },
  };
}
