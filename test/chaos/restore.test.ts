import { randomUUID } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../cli/up/api-client';
import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { eventually } from '../support/eventually';
import { runHoldfast } from '../support/holdfast-cli';
import { apiClient, control, world } from '../support/world';

/**
 * A server, what is restored in it, the processes that stand still for that, and, where it has something of a person,
 * who is forgotten after the copy was made.
 */
const disasters = [
  { server: 'mongodb', services: ['orders'], processes: ['orders'], forgets: 'carol' },
  { server: 'dynamodb', services: ['inventory'], processes: ['inventory'], forgets: undefined },
  // Read models and the auditor's ledger go back with it; they catch up from the log by themselves.
  {
    server: 'postgres',
    services: ['payments', 'sagas'],
    processes: ['payments', 'orchestrator'],
    forgets: 'dave',
  },
] as const;

const api = apiClient();
afterAll(async () => {
  for (const { server, processes } of played) {
    for (const name of [server, ...processes]) await control('start', name);
  }
  await api.close();
});

/** The server's whole data folder, copied while it is down: the plainest backup there is. */
async function coldCopy(server: string, from: string, to: string): Promise<void> {
  await control('stop', server);
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  await control('start', server);
}

async function holdfast(...words: readonly string[]) {
  const run = await runHoldfast([...words, '--json', '--state', world().stateDir]);
  const report = run.out === '' ? {} : (JSON.parse(run.out) as Record<string, unknown>);
  return { ...run, report };
}

async function orderAndWait(shop: Shop, count: number): Promise<readonly string[]> {
  const locations: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const idempotencyKey = randomUUID();
    const orderId = `order-${idempotencyKey}`;
    // A service that was just started is found within seconds.
    const location = await until('an order to be taken', 60_000, async () => {
      const answer = await shop.placeOrder({ orderId, idempotencyKey });
      if (answer.status !== 202 && answer.status < 500) throw new Error(JSON.stringify(answer));
      return answer.status === 202 ? String(answer.location) : undefined;
    });
    locations.push(location);
  }
  for (const location of locations) {
    expect(await shop.outcomeOf(location)).toMatchObject({ state: 'completed' });
  }
  return locations;
}

const delivery = { name: 'Somebody', street: '1 Quiet Lane', city: 'Nowhere', country: 'SE' };

/** A customer with an order that has a delivery, which can be forgotten. */
async function personWithOrder(customer: string) {
  const shop = await openShop({ api, customer });
  const orderId = `order-${randomUUID()}`;
  const change = (body: Record<string, unknown>) => ({ ...body, delivery });
  const { location } = await shop.placeOrder({ orderId, change });
  expect(await shop.outcomeOf(String(location))).toMatchObject({ state: 'completed' });
  const reads = (deliveryState: string) =>
    eventually(async () => {
      const { body } = await api.call(`/orders/${orderId}`, { token: await shop.customerToken() });
      expect(body.deliveryState).toBe(deliveryState);
    }, 30_000);
  await reads('shown');
  return {
    isForgotten: () => reads('forgotten'),
    async forget() {
      const words = [shop.customerId, '--reason', 'a test', '--yes'];
      expect(await holdfast('forget', ...words)).toMatchObject({ exitCode: 0 });
    },
  };
}

/** Length of what a process has logged so far, and whether it has said a word since a length. */
const logOf = (name: string) => readFileSync(path.join(world().stateDir, 'logs', `${name}.log`));
const hasSaid = (name: string, since: number, words: RegExp) =>
  words.test(logOf(name).subarray(since).toString('utf8'));

/** In every build the one with most in it; all three are `npm run drill:restore`. */
const played = disasters.filter(
  ({ server }) => process.env.HOLDFAST_TEST_RESTORE === 'all' || server === 'postgres',
);

describe.each(played)('$server is lost, and yesterday’s copy is put back', (disaster) => {
  const { server, services, processes, forgets } = disaster;

  it('while its services run, they stop; by the runbook, everything is in order again', async () => {
    const data = path.join(world().stateDir, server);
    const backup = `${data}-backup`;
    const shop = await openShop({ api, customer: 'frank' });
    await orderAndWait(shop, 1);
    const person = forgets === undefined ? undefined : await personWithOrder(forgets);
    await coldCopy(server, data, backup);
    const later = await orderAndWait(shop, 3);
    await person?.forget();
    const stock = await shop.stock();
    const funds = await shop.funds();
    const said = new Map(processes.map((name) => [name, logOf(name).length]));

    await coldCopy(server, backup, data);
    await eventually(() => {
      for (const name of processes) {
        expect(hasSaid(name, said.get(name) ?? 0, /DATABASE_BEHIND|HISTORY_FORKED/)).toBe(true);
      }
    }, 60_000);

    for (const name of processes) await control('stop', name);
    for (const service of services) {
      const restored = await holdfast('restore', service);
      expect({ ...restored, err: '' }).toMatchObject({ exitCode: 0, report: { verdict: 'whole' } });
      expect(Number(restored.report.events)).toBeGreaterThan(0);
    }
    for (const name of processes) await control('start', name);

    for (const location of later) {
      expect(await shop.outcomeOf(location)).toMatchObject({ state: 'completed' });
    }
    await orderAndWait(shop, 1);
    // In PostgreSQL the person's key came back with the copy, too.
    await person?.isForgotten();
    const [after, left] = [await shop.stock(), await shop.funds()];
    expect(after.shipped).toBe(stock.shipped + 1);
    expect(left.availableCents).toBe(funds.availableCents - shop.priceCents);
    for (const service of services) {
      expect(await holdfast('rebuild', service, '--verify')).toMatchObject({
        exitCode: 0,
        report: { verdict: 'equal' },
      });
    }
    rmSync(backup, { recursive: true, force: true });
  }, 300_000);
});
