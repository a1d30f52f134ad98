import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../../platform/testing/random';
import { auditOnce } from '../../up/audit';
import { countsOf, lostOrDoubled, openShops, placeAll } from './many-orders';
import type { Order } from './many-orders';
import { standingOf } from '../standing';
import type { Stage } from '../stage';

export interface KillsOptions {
  readonly sagas: number;
  /** Chooses whom to kill, and when. */
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** One of our processes that was killed, and the sagas that had not ended then. */
export interface Kill {
  readonly victim: string;
  readonly underWay: number;
}

/** What a storm left. Red when there is a problem. */
export interface KillsResult {
  readonly sagas: number;
  readonly seed: number;
  /** Sagas on their way at the moment when Temporal was killed. */
  readonly running: number;
  readonly completed: number;
  readonly compensated: number;
  readonly killed: readonly Kill[];
  /** From the kill of Temporal to the end of the last saga, milliseconds. */
  readonly endedAfterMs: number;
  readonly problems: readonly string[];
}

const limits = {
  kills: 12,
  killsMin: 3,
  pauseMs: { min: 300, max: 2_500 },
  endMs: { atLeast: 180_000, each: 3_000 },
  pollMs: 500,
  /** So many of those that have not ended are looked at more closely. */
  explained: 3,
} as const;

const victims = ['orchestrator', 'orders', 'payments', 'inventory'] as const;
/**
 * Starts many orders while payments is stopped, so that all of them are under way; kills Temporal and starts it again;
 * then kills our own processes by a seed. Counts what is left when all have ended.
 */
export async function runKills(stage: Stage, options: KillsOptions): Promise<KillsResult> {
  const { sagas, seed, say } = options;
  const shops = await openShops(stage.arena.api, sagas);
  const before = await countsOf(shops);
  const { orders, running, startedMs } = await placeAndCutOff(stage, shops, options);
  const killed = await storm(stage, orders, { seed, say });
  const outcomes = await allEnded(stage, orders);
  const endedAfterMs = Math.round(performance.now() - startedMs);
  const problems = [
    ...(running === sagas ? [] : [`only ${running} sagas were under way`]),
    ...(killed.length >= limits.killsMin ? [] : ['all had ended before three workers were killed']),
    ...orders.flatMap((order) => wrongEnd(order, outcomes.get(order.workflowId))),
    ...(await whereTheyStand(stage, orders, outcomes)),
    ...(await lostOrDoubled(shops, { before, orders })),
    ...(await auditOnce({ stack: stage.arena })).violations.map((one) => JSON.stringify(one)),
  ];
  const count = (outcome: string) => [...outcomes.values()].filter((one) => one === outcome).length;
  const [completed, compensated] = [count('completed'), count('compensated')];
  return { sagas, seed, running, completed, compensated, killed, endedAfterMs, problems };
}

/** Every order stands in front of payments, which is stopped, when Temporal is killed. */
async function placeAndCutOff(
  stage: Stage,
  shops: Awaited<ReturnType<typeof openShops>>,
  { sagas, say }: KillsOptions,
) {
  await stage.control('signal', 'payments', 'SIGSTOP');
  try {
    const orders = await placeAll(shops, sagas);
    const running = sagas - (await outcomesOf(stage, orders)).size;
    say(`${running} of ${sagas} sagas are under way; Temporal is killed`);
    const startedMs = performance.now();
    await stage.control('kill', 'temporal');
    await stage.control('stop', 'temporal');
    await stage.control('start', 'temporal');
    return { orders, running, startedMs };
  } finally {
    await stage.control('signal', 'payments', 'SIGCONT');
    say('payments goes on');
  }
}

/** Kills until nothing is under way any more, or often enough. */
async function storm(
  stage: Stage,
  orders: readonly Order[],
  { seed, say }: Pick<KillsOptions, 'seed' | 'say'>,
): Promise<readonly Kill[]> {
  const random = new Random(seed);
  const kills: Kill[] = [];
  while (kills.length < limits.kills) {
    const { min, max } = limits.pauseMs;
    await delay(min + random.next() * (max - min));
    const underWay = orders.length - (await outcomesOf(stage, orders)).size;
    if (underWay === 0) break;
    const victim = random.pick(victims) ?? victims[0];
    await stage.control('kill', victim);
    kills.push({ victim, underWay });
    say(`${victim} is killed under ${underWay} sagas`);
  }
  return kills;
}

async function outcomesOf({ arena }: Stage, orders: readonly Order[]) {
  const entries = await Promise.all(orders.map(({ workflowId }) => arena.journal(workflowId)));
  const ended = entries.flatMap((entry) =>
    entry?.status === 'finished' ? [[entry.workflowId, entry.outcome ?? ''] as const] : [],
  );
  return new Map(ended);
}

async function allEnded(stage: Stage, orders: readonly Order[]) {
  const { atLeast, each } = limits.endMs;
  const untilMs = performance.now() + Math.max(atLeast, each * orders.length);
  for (;;) {
    const outcomes = await outcomesOf(stage, orders);
    if (outcomes.size === orders.length || performance.now() > untilMs) return outcomes;
    await delay(limits.pollMs);
  }
}

/** What Temporal says of the first few that have not ended. */
function whereTheyStand(
  { arena }: Stage,
  orders: readonly Order[],
  outcomes: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const open = orders.filter(({ workflowId }) => !outcomes.has(workflowId));
  const looked = open.slice(0, limits.explained);
  return Promise.all(looked.map(({ workflowId }) => standingOf(arena.client, workflowId)));
}

function wrongEnd({ workflowId, scarce }: Order, outcome: string | undefined): readonly string[] {
  const expected = scarce ? 'compensated' : 'completed';
  if (outcome === expected) return [];
  return [`${workflowId} ended as ${outcome ?? 'nothing'}, and had to as ${expected}`];
}
