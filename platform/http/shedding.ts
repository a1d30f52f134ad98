import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Request, RequestHandler, Response } from 'express';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { fromZero } from '../runtime/from-zero';
import { metricNames } from '../runtime/metric-names';
import { eventStreamType } from './event-stream';
import { problem } from './problem';
import { sendProblem } from './problem-middleware';

/** What is refused first when there is too much to do: a start, then a read, and last what somebody does to a saga. */
export type Priority = 'start' | 'read' | 'act';

/** How many requests are worked on at once, and by what that number moves. Times in milliseconds. */
export const sheddingLimits = {
  /**
   * So many always are, however slow the process is: a crowd of two hundred that starts at once is no overload, nor are
   * requests that pile up for the seconds in which a database or a certificate is replaced.
   */
  atOnceMin: 256,
  tickMs: 250,
  /** The event loop was this late for one turn in ten, or one answer in ten took this long: less at once. */
  lagMs: 200,
  slowMs: 1_000,
  slowShare: 0.1,
  backOff: 0.8,
  regain: 4,
  /** Parts of the limit that starts and reads may fill; acts may fill all of it. */
  shares: { start: 0.8, read: 0.9, act: 1 },
} as const;

/** A request that is let in; told once when it is done, or when it does nothing but wait. */
export interface Admitted {
  /** Gives its place back. A wait is no sign of slowness, so `measured` leaves its time out. */
  release(measured: boolean): void;
}

export interface AdmissionOptions {
  /** The most that are ever worked on at once. */
  readonly atOnceMax: number;
  /** How late the event loop is, milliseconds, since it was last asked. */
  readonly lagMs: () => number;
  /** Monotonic, milliseconds. */
  readonly now?: () => number;
}

/**
 * Lets requests in while fewer are at work than a limit, which falls by a fifth while the process is late and rises
 * again by small steps (additive increase, multiplicative decrease). Nothing runs between requests: what has passed is
 * looked at when the next one comes.
 */
export function createAdmission({
  atOnceMax,
  lagMs,
  now = () => performance.now(),
}: AdmissionOptions) {
  const { tickMs, slowMs, slowShare, backOff, regain, shares } = sheddingLimits;
  const atOnceMin = Math.min(sheddingLimits.atOnceMin, atOnceMax);
  let limit = atOnceMax;
  let atOnce = 0;
  let lookedAtMs: number | undefined;
  let answers = { slow: 0, all: 0 };

  function look(): void {
    if (lookedAtMs === undefined) {
      // Before the first request the process was busy with its own start: that says nothing.
      lookedAtMs = now();
      lagMs();
    }
    const ticks = Math.floor((now() - lookedAtMs) / tickMs);
    if (ticks < 1) return;
    lookedAtMs = now();
    const isSlow = answers.all > 0 && answers.slow / answers.all > slowShare;
    const isLate = lagMs() > sheddingLimits.lagMs;
    answers = { slow: 0, all: 0 };
    limit =
      isSlow || isLate
        ? Math.max(atOnceMin, limit * backOff)
        : Math.min(atOnceMax, limit + ticks * regain);
  }

  return {
    state: () => ({ limit: Math.floor(limit), atOnce }),
    /** Undefined when there are too many already. */
    admit(priority: Priority): Admitted | undefined {
      look();
      if (atOnce >= limit * shares[priority]) return undefined;
      atOnce += 1;
      const beganMs = now();
      let isOpen = true;
      return {
        release(measured) {
          if (!isOpen) return;
          isOpen = false;
          atOnce -= 1;
          if (!measured) return;
          answers.all += 1;
          if (now() - beganMs >= slowMs) answers.slow += 1;
        },
      };
    },
  };
}

/** The 9th of ten delays of the event loop since the last look; what it is sampled with is left out. */
export function eventLoopLag(): () => number {
  const resolution = 10;
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  return () => {
    const lateMs = delays.percentile(90) / 1e6 - resolution;
    delays.reset();
    return lateMs;
  };
}

/** Calls `done` when the answer is complete on our side: a client that does not take it holds no place. */
function whenAnswered(response: Response, done: () => void): void {
  const end = response.end.bind(response) as (...given: unknown[]) => Response;
  response.end = (...given: unknown[]) => {
    done();
    return end(...given);
  };
}

export interface SheddingOptions {
  readonly atOnceMax: number;
  readonly registry: Registry;
  readonly priorityOf: (request: Request) => Priority;
  /** True where a start would only wait, however much time this process has; never waits itself. */
  readonly refusesStart?: () => boolean;
  readonly lagMs?: () => number;
}

/** Clients that were turned away together come back apart: seconds. */
const comeBackAfter = (): number => 1 + Math.floor(Math.random() * 3);

function overloaded(reason: 'full' | 'behind' | undefined) {
  const detail = reason === 'behind' ? { detail: 'sagas under way wait for their next step' } : {};
  return problem('OVERLOADED', { retryAfterSeconds: comeBackAfter(), ...detail });
}

/** What takes long by its nature: it waits for the end of a saga, or follows it. */
function isWait(request: Request): boolean {
  const follows = request.get('accept')?.includes(eventStreamType) === true;
  return follows || request.path.endsWith('/events') || /\bwait=/.test(request.get('prefer') ?? '');
}

function metricsOf({ registry }: SheddingOptions, admission: ReturnType<typeof createAdmission>) {
  const registers = [registry];
  const show = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(value());
      },
    });
  show(metricNames.httpInFlight, 'Requests at work', () => admission.state().atOnce);
  show(metricNames.httpInFlightLimit, 'Requests that may be at work', () => {
    return admission.state().limit;
  });
  const shed = new Counter({
    name: metricNames.httpShed,
    help: 'Requests refused because there was too much to do, by priority and where',
    labelNames: ['priority', 'reason'],
    registers,
  });
  fromZero(shed, { priority: Object.keys(sheddingLimits.shares), reason: ['full'] });
  return fromZero(shed, { priority: ['start'], reason: ['behind'] });
}

/**
 * Refuses with 503 `OVERLOADED` and a Retry-After what would only wait, before anything is done for it but reading its
 * body: no token is verified. It stands behind health and metrics, which are always answered. A request that waits for
 * the end of a saga gives its place back after a second, since it costs nothing.
 */
export function shedding(options: SheddingOptions): RequestHandler {
  const { atOnceMax, priorityOf, lagMs = eventLoopLag() } = options;
  const admission = createAdmission({ atOnceMax, lagMs });
  const shed = metricsOf(options, admission);
  const { refusesStart = () => false } = options;
  /** Undefined where it is let in. */
  const whyNot = (priority: Priority, admitted: Admitted | undefined) => {
    if (admitted === undefined) return 'full';
    return priority === 'start' && refusesStart() ? 'behind' : undefined;
  };
  return (request, response, next) => {
    const priority = priorityOf(request);
    const admitted = admission.admit(priority);
    const reason = whyNot(priority, admitted);
    if (admitted === undefined || reason !== undefined) {
      admitted?.release(false);
      shed.inc({ priority, reason: reason ?? 'full' });
      sendProblem(request, response, overloaded(reason));
      return;
    }
    const waits = isWait(request);
    const onlyWaits = waits
      ? setTimeout(() => admitted.release(false), sheddingLimits.slowMs).unref()
      : undefined;
    const done = (): void => {
      clearTimeout(onlyWaits);
      admitted.release(!waits);
    };
    response.once('close', done);
    whenAnswered(response, done);
    next();
  };
}
