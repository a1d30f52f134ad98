import { setTimeout as delay } from 'node:timers/promises';
import { auditOnce } from '../../up/audit';
import { createApiClient, gatewayOf, until } from '../../up/api-client';
import type { ApiClient } from '../../up/api-client';
import type { Stage } from '../stage';
import { openCustomers, ordersSince } from './customers';
import type { Customers, EndedSaga } from './customers';
import { flood } from './flood';
import type { FloodTold } from './flood';

export interface OverloadOptions {
  /** How many times the rate at which orders end at best are offered. */
  readonly times: number;
  /** How long the flood lasts, milliseconds; what ends in its first fifth is not counted. */
  readonly floodMs: number;
  /** How long each number of customers works while the best rate is looked for, milliseconds. */
  readonly rampMs: number;
  readonly say: (line: string) => void;
}

/** What has to hold. */
export const overloadLimits = {
  /** Customers who order one piece after the other, while the best rate is looked for. */
  ramp: [4, 8, 16, 32],
  goodputShare: 0.8,
  healthMs: 2_000,
  drainMs: 300_000,
} as const;

export interface OverloadResult extends FloodTold {
  /** Orders that completed a second at best, and how many customers it took. */
  readonly peak: number;
  readonly buyers: number;
  /** Orders that completed a second in the flood. */
  readonly goodput: number;
  /** From the start of an order in the flood to its end: half of them, and 99 %; milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** From the end of the flood until every order that was taken had ended. */
  readonly drainedMs: number;
  readonly states: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/**
 * Finds how many orders a second the system ends at best, offers many times that, and counts what ends. What is more
 * than it can do must be refused at once, so that what was taken ends, and soon; health and people's acts are answered.
 */
export async function runOverload(stage: Stage, options: OverloadOptions): Promise<OverloadResult> {
  const api = createApiClient(gatewayOf(stage.arena.environmentFor));
  try {
    const customers = await openCustomers(api);
    const { peak, buyers } = await bestRate(api, customers, options);
    const sinceMs = Date.now();
    const perSecond = Math.max(1, options.times * peak);
    options.say(`${perSecond.toFixed(1)} orders a second are offered for ${options.floodMs} ms`);
    const told = await flood(api, customers, { perSecond, ms: options.floodMs });
    const endedMs = performance.now();
    options.say(`${told.taken.length} of ${told.offered} were taken`);
    const orders = await allEnded(api, sinceMs, told.taken.length);
    const drainedMs = Math.round(performance.now() - endedMs);
    const from = sinceMs + options.floodMs / 5;
    const goodput = ratePerSecond(orders, from, sinceMs + options.floodMs);
    const result = { ...told, peak, buyers, goodput, drainedMs, ...durations(orders) };
    const { violations } = await auditOnce({ stack: stage.arena });
    const audit = violations.map((one) => `audit: ${JSON.stringify(one)}`);
    return { ...result, problems: [...problemsOf(result), ...audit] };
  } finally {
    await api.close();
  }
}

/** The best rate of customers who wait for each order, and come back when they are told to, over growing numbers. */
async function bestRate(
  api: ApiClient,
  customers: Customers,
  { rampMs, say }: OverloadOptions,
): Promise<{ readonly peak: number; readonly buyers: number }> {
  let best = { peak: 0, buyers: 0 };
  for (const buyers of overloadLimits.ramp) {
    const sinceMs = Date.now();
    const over = new AbortController();
    const buying = Array.from({ length: buyers }, async () => {
      while (!over.signal.aborted) {
        const { location, code, backMs } = await customers.place();
        if (location !== undefined) await customers.follow(location, over.signal);
        else if (code === 'OVERLOADED') await delay(backMs);
        else throw new Error(`an order was refused: ${code}`);
      }
    });
    await delay(rampMs);
    over.abort();
    await Promise.all(buying);
    // The first fifth fills the pipeline.
    const orders = await allEnded(api, sinceMs);
    const peak = ratePerSecond(orders, sinceMs + rampMs / 5, sinceMs + rampMs);
    say(`${buyers} customers: ${peak.toFixed(2)} orders a second`);
    if (peak > best.peak) best = { peak, buyers };
  }
  return best;
}

/** Orders begun since then, once each has ended and at least so many are known. */
function allEnded(api: ApiClient, sinceMs: number, atLeast = 0): Promise<readonly EndedSaga[]> {
  return until('every order to end', overloadLimits.drainMs, async () => {
    const orders = await ordersSince(api, sinceMs);
    const isOver = orders.every(({ finishedAtMs }) => finishedAtMs !== undefined);
    return isOver && orders.length >= atLeast ? orders : undefined;
  });
}

function ratePerSecond(orders: readonly EndedSaga[], fromMs: number, toMs: number): number {
  const within = orders.filter(
    ({ state, finishedAtMs = 0 }) =>
      state === 'completed' && finishedAtMs >= fromMs && finishedAtMs < toMs,
  );
  return within.length / ((toMs - fromMs) / 1_000);
}

function durations(orders: readonly EndedSaga[]) {
  const tookMs = orders
    .map(({ startedAtMs, finishedAtMs = startedAtMs }) => finishedAtMs - startedAtMs)
    .toSorted((a, b) => a - b);
  const states: Record<string, number> = {};
  for (const { state } of orders) states[state] = (states[state] ?? 0) + 1;
  const at = (share: number) => Math.round(tookMs[Math.floor(tookMs.length * share)] ?? 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99), states };
}

function problemsOf(result: Omit<OverloadResult, 'problems'>): readonly string[] {
  const { goodputShare, healthMs } = overloadLimits;
  const { peak, goodput, health, acts, offered, taken, states } = result;
  const share = goodput / Math.max(peak, Number.EPSILON);
  const { completed = 0, cancelled = 0, compensated = 0 } = states;
  return [
    ...(share < goodputShare ? [`goodput is ${(100 * share).toFixed(0)} % of the best rate`] : []),
    ...(taken.length === offered ? ['nothing was refused: there was no overload'] : []),
    ...health.failed.map((one) => `health: ${one}`),
    ...(health.slowestMs > healthMs ? [`health took ${health.slowestMs} ms`] : []),
    ...acts.failed.map((one) => `a cancel: ${one}`),
    ...(completed + cancelled + compensated < taken.length ? ['an order was lost'] : []),
    ...(compensated > 0 ? [`${compensated} orders were undone`] : []),
  ];
}

const secondsOf = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** What a flood did. */
export function overloadLines(result: OverloadResult): readonly string[] {
  const { peak, buyers, goodput, offered, taken, refused, health, acts, problems } = result;
  const share = Math.round((100 * goodput) / Math.max(peak, Number.EPSILON));
  const codes = Object.entries(refused).map(([code, count]) => `${count} × ${code}`);
  return [
    `${problems.length === 0 ? '✓' : '✗'} overload: ${goodput.toFixed(2)} orders/s of ${peak.toFixed(2)} at best (${share} %; ${buyers} customers)`,
    `    ${offered} offered in ${result.seconds} s, ${taken.length} taken; refused: ${codes.join(', ') || 'none'}`,
    `    from start to end: half in ${secondsOf(result.p50Ms)}, 99 % in ${secondsOf(result.p99Ms)}; all ended ${secondsOf(result.drainedMs)} after the flood`,
    `    health: ${health.asked} asked, ${health.failed.length} failed, slowest ${health.slowestMs} ms; cancels: ${acts.asked}, slowest ${acts.slowestMs} ms`,
    ...problems.map((problem) => `  PROBLEM ${problem}`),
  ];
}
