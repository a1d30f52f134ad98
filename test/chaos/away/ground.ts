import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { AttackTarget } from '../../../cli/attack/attack';
import { metricOf } from '../../../cli/attack/metrics';
import { askUnder, leafOfProcess } from '../../../cli/attack/wire';
import { openShop } from '../../../cli/chaos/shop';
import type { Shop } from '../../../cli/chaos/shop';
import { until } from '../../../cli/up/api-client';
import type { ApiAnswer, ApiClient } from '../../../cli/up/api-client';
import { asAdmin } from '../../../stack/servers/postgres/databases';
import { recallReach } from '../../../stack/recall';
import { apiClient, control, environmentFor, world } from '../../support/world';

/** Where a dependency is taken away: a shop of its own, and eyes on what our processes say. */
export interface Ground {
  readonly api: ApiClient;
  readonly shop: Shop;
  readonly target: Pick<AttackTarget, 'ca' | 'environmentFor'>;
  /** Of a process of ours, summed over its labels. */
  metric(process: string, name: string): Promise<number>;
  /** Asks as a person of that name. */
  as(user: string, path: string): Promise<ApiAnswer>;
  /** Status and code of a service's own API, asked by the gateway for an admin. */
  ofService(service: string, path: string): Promise<string>;
  close(): Promise<void>;
}

/** How long what people are told to do without is away: in the drill of a whole evening ten minutes; milliseconds. */
export const stretchMs = process.env.HOLDFAST_TEST_AWAY === 'all' ? 600_000 : 0;
/** How often it is tried meanwhile, milliseconds. */
const stretchEveryMs = 5_000;

/** Patience for what comes back by itself, milliseconds. */
export const backMs = 60_000;

/** A shop with a customer, and tokens of everybody that a drill speaks for: they must outlive the auth server. */
export async function openGround(): Promise<Ground> {
  const api = apiClient();
  const shop = await openShop({ api, customer: 'frank', received: 1_000 });
  await Promise.all(['frank', 'olga', 'adam'].map((user) => api.token(user)));
  const ca = readFileSync(environmentFor('gateway').HOLDFAST_CA_FILE ?? '');
  const target = { ca, environmentFor };
  return {
    ...{ api, shop, target },
    metric: (process, name) => metricOf(target, process, name),
    as: async (user, path) => api.call(path, { token: await api.token(user) }),
    ofService: async (service, path) =>
      askUnder(target, {
        url: `https://localhost:${environmentFor(service).HOLDFAST_HTTP_PORT}${path}`,
        leaf: leafOfProcess(target, 'gateway'),
        headers: { authorization: `Bearer ${await api.token('adam')}` },
      }),
    close: () => api.close(),
  };
}

/** Stops a server or a process of ours while `work` is done, and waits until it is back. */
export async function whileAway(name: string, work: () => Promise<void>): Promise<void> {
  await control('stop', name);
  try {
    await work();
  } finally {
    await control('start', name);
  }
}

/** The same with one database of PostgreSQL: its connections end, and nobody gets a new one. */
export async function whileClosed(database: string, work: () => Promise<void>): Promise<void> {
  const { certsDir, stateDir } = world();
  const reach = { certsDir, ports: recallReach(stateDir).ports };
  const allow = (allowed: boolean) =>
    asAdmin(reach, 'postgres', async (client) => {
      await client.query(`alter database ${database} allow_connections ${allowed}`);
      const end = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1';
      if (!allowed) await client.query(end, [database]);
    });
  await allow(false);
  try {
    await work();
  } finally {
    await allow(true);
  }
}

/** Starts orders, which are taken at once; answers where they are. */
export async function placeMany({ shop }: Ground, count: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => shop.placeOrder()));
  expect(answers.map(({ status, body }) => [status, body.code, body.detail])).toEqual(
    answers.map(() => [202, undefined, undefined]),
  );
  return answers.map(({ location }) => String(location));
}

/** One order, from its start to its end. */
export async function placeOne(ground: Ground): Promise<string> {
  const [location = ''] = await placeMany(ground, 1);
  expect(await ground.shop.outcomeOf(location)).toMatchObject({ state: 'completed' });
  return location;
}

/**
 * An order every few seconds until the stretch is over, followed to its end, and `read` beside each; at least one.
 * Answers where the orders are.
 */
export async function goesOn(
  ground: Ground,
  read: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly string[]> {
  const overMs = performance.now() + stretchMs;
  const locations: string[] = [];
  do {
    const nextMs = performance.now() + stretchEveryMs;
    await read();
    locations.push(await placeOne(ground));
    if (nextMs < overMs) await delay(Math.max(0, nextMs - performance.now()));
  } while (performance.now() < overMs);
  return locations;
}

/** What the customer lost and the shelf shipped must be exactly the orders that `work` answers, all of them whole. */
export async function expectOnce(
  { shop }: Ground,
  work: () => Promise<readonly string[]>,
): Promise<void> {
  const [stock, funds] = [await shop.stock(), await shop.funds()];
  const locations = await work();
  for (const location of locations) {
    expect(await shop.outcomeOf(location)).toMatchObject({ state: 'completed' });
  }
  const count = locations.length;
  expect(await shop.stock()).toMatchObject({
    ...{ shipped: stock.shipped + count, available: stock.available - count, reserved: 0 },
  });
  expect(await shop.funds()).toMatchObject({
    ...{ availableCents: funds.availableCents - count * shop.priceCents, heldCents: 0 },
  });
}

/** Waits until a question is answered so; for what takes a moment to notice that something is gone, or back. */
export async function comesTo<Answer>(
  ask: () => Promise<Answer>,
  wanted: Answer,
  withinMs = backMs,
): Promise<void> {
  let last: unknown;
  await until(`${JSON.stringify(wanted)}`, withinMs, async () => {
    last = await ask();
    return last === wanted ? true : undefined;
  }).catch(() => expect(last).toEqual(wanted));
}
