import { randomUUID } from 'node:crypto';
import { until } from '../../up/api-client';
import { writeFaultPlan } from '../../../platform/runtime/fault-plan';
import { familyOf } from '../../verify/family';
import { explorerLimits, recipeWorld, stillBroken } from '../../verify/recipe-world';
import type { StartedSaga } from '../../verify/arena';
import { chaosLimits, endOf } from '../stage';
import type { Stage } from '../stage';

export interface BulkOptions {
  /** Lots of the order, 1-500; each is one reservation in one of ten children. */
  readonly items: number;
  readonly say: (line: string) => void;
}

/** What became of one order in bulk. Red when there is a problem. */
export interface BulkResult {
  readonly items: number;
  readonly expected: 'completed' | 'compensated';
  readonly outcome: string;
  readonly children: number;
  /** Rows of the children's steps by state, over all databases. */
  readonly rows: Readonly<Record<string, number>>;
  readonly endedAfterMs: number;
  readonly problems: readonly string[];
}

const partsMax = 10;
const bulkEndMs = 5 * chaosLimits.endMs;
const priceCents = 100;
const currency = 'EUR' as const;
const participants = ['orders', 'inventory'] as const;

/**
 * Two orders in bulk by the same customer, one after the other: the first is refused at its pivot, when every child
 * holds what it reserved, and the second goes through. Counts stock, money and rows after each.
 */
export async function runBulk(stage: Stage, options: BulkOptions): Promise<readonly BulkResult[]> {
  const market = await openMarket(stage, options.items);
  const refused = await order(stage, market, { ...options, expected: 'compensated' });
  return [refused, await order(stage, market, { ...options, expected: 'completed' })];
}

type Market = Awaited<ReturnType<typeof openMarket>>;

/** One product for each child, so that they do not wait for each other, and a customer who can pay for all. */
async function openMarket({ arena }: Stage, items: number) {
  const name = `bulk-${randomUUID().slice(0, 8)}`;
  const { post, get } = recipeWorld(arena, name);
  const size = Math.ceil(items / partsMax);
  const skus = Array.from({ length: Math.ceil(items / size) }, (_, part) => `${name}-${part}`);
  for (const sku of skus) {
    await post('/products', { sku, name: 'Lamp', priceCents, currency });
    await post(`/products/${sku}/receipts`, { quantity: size });
  }
  const customerId = `customer-${name}`;
  const fundsCents = items * priceCents;
  await post('/accounts', { customerId, currency, limitCents: fundsCents });
  await post(`/accounts/${customerId}/deposits`, { amountCents: fundsCents, currency });
  const skuOf = (index: number) => skus[Math.floor(index / size)] ?? '';
  return { name, customerId, skus, skuOf, size, fundsCents, get };
}

async function order(
  stage: Stage,
  market: Market,
  { items, say, expected }: BulkOptions & { readonly expected: BulkResult['expected'] },
): Promise<BulkResult> {
  const { arena } = stage;
  const name = `${market.name}-${expected}`;
  const lots = Array.from({ length: items }, (_, index) => ({
    orderId: `${name}-${index}`,
    lines: [{ sku: market.skuOf(index), quantity: 1 }],
    amountCents: priceCents,
  }));
  const input = { orderId: name, customerId: market.customerId, currency, lots };
  const workflowId = arena.workflowIdOf('bulk-order', name);
  if (expected === 'compensated') {
    const refusal = { fault: 'refusal', code: 'NOT_AUTHORIZED', times: 1 } as const;
    const pivot = { step: 'capture payment', kind: 'forward' } as const;
    writeFaultPlan(arena.faultDir, workflowId, [{ ...pivot, ...refusal }]);
  }
  const startedMs = performance.now();
  const run = { workflowId, input, deadlineMs: explorerLimits.calmMs };
  const saga = await arena.start('bulk-order', run);
  say(`an order of ${items} lots is under way; it has to end ${expected}`);
  const outcome = await endOf(stage, { saga, name }, bulkEndMs);
  const endedAfterMs = Math.round(performance.now() - startedMs);
  const { rows, children } = await rowsOf(stage, saga);
  const problems = [
    ...(outcome === expected ? [] : [`it ended as ${outcome}`]),
    ...rowProblems(rows, expected, items),
    ...(await stillBroken(() => miscounted(market, expected))),
  ];
  return { items, expected, outcome, children, rows, endedAfterMs, problems };
}

/** What the fences of orders and inventory say of every child's steps. */
async function rowsOf({ arena }: Stage, saga: StartedSaga) {
  const [, ...children] = await until('the view of the order', chaosLimits.endMs, async () => {
    const family = await familyOf(arena, saga);
    return family[0]?.view === undefined ? undefined : family;
  });
  const counts: Record<string, number> = {};
  for (const { sagaId } of children) {
    for (const participant of participants) {
      for (const { state } of await arena.rows(participant, sagaId)) {
        counts[state] = (counts[state] ?? 0) + 1;
      }
    }
  }
  return { rows: counts, children: children.length };
}

/** Two steps of a lot can be undone, and two follow once it is paid for. */
function rowProblems(
  rows: BulkResult['rows'],
  expected: BulkResult['expected'],
  items: number,
): string[] {
  const [state, wanted] =
    expected === 'completed' ? (['done', 4 * items] as const) : (['undone', 2 * items] as const);
  const isExact = rows[state] === wanted && Object.keys(rows).length === 1;
  return isExact ? [] : [`the rows are ${JSON.stringify(rows)}, and had to be ${wanted} ${state}`];
}

async function miscounted(market: Market, expected: BulkResult['expected']): Promise<string[]> {
  const isSold = expected === 'completed';
  const { customerId, fundsCents, size, skus, get } = market;
  const stocks = await Promise.all(skus.map((sku) => get(`/products/${sku}`)));
  const account = await get(`/accounts/${customerId}`);
  const total = (member: string) =>
    stocks.reduce((sum, stock) => sum + Number(stock?.[member] ?? Number.NaN), 0);
  const pieces = fundsCents / priceCents;
  const counted = {
    available: total('available') - (skus.length * size - pieces),
    reserved: total('reserved'),
    shipped: total('shipped'),
    money: account?.availableCents,
    held: account?.heldCents,
  };
  const wanted = {
    available: isSold ? 0 : pieces,
    reserved: 0,
    shipped: isSold ? pieces : 0,
    money: isSold ? 0 : fundsCents,
    held: 0,
  };
  const [is, must] = [JSON.stringify(counted), JSON.stringify(wanted)];
  return is === must ? [] : [`there is ${is}, and had to be ${must}`];
}
