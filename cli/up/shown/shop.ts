import { randomUUID } from 'node:crypto';
import type { ApiAnswer, ApiClient } from '../api-client';
import { subjectOf, until } from '../api-client';
import { hasEnded, startCommand } from './demonstration';
import type { Demonstration, DemoSaga } from './demonstration';

/** One order of the demonstration and what must become of it. */
interface DemoOrder {
  readonly name: string;
  readonly customer: string;
  readonly product: Product;
  readonly quantity: number;
  readonly expected: 'completed' | 'compensated';
}

interface Product {
  readonly sku: string;
  readonly name: string;
  readonly priceCents: number;
  readonly currency: 'EUR';
}

const lamp: Product = { sku: 'demo-lamp', name: 'Desk lamp', priceCents: 2_500, currency: 'EUR' };
const stamp: Product = { sku: 'demo-stamp', name: 'Rare stamp', priceCents: 50, currency: 'EUR' };
/** What is received of each product in a demonstration. */
const received = { [lamp.sku]: 20, [stamp.sku]: 1 };

const orders: readonly DemoOrder[] = [
  {
    name: 'an order that goes through',
    customer: 'alice',
    product: lamp,
    quantity: 2,
    expected: 'completed',
  },
  { name: 'a declined card', customer: 'bob', product: lamp, quantity: 1, expected: 'compensated' },
  {
    name: 'out of stock',
    customer: 'alice',
    product: stamp,
    quantity: 9_999,
    expected: 'compensated',
  },
];

/** Stocks a shelf, opens two accounts, places three orders through the gateway and follows each to its end. */
export const shopDemonstration: Demonstration = {
  run: placeOrders,
  tryNext: async (_api, at) => ({
    username: 'alice',
    commands: [
      startCommand(at, {
        ...{ saga: 'place-order', key: 'my-first-key' },
        body: {
          orderId: 'my-first-order',
          lines: [{ sku: lamp.sku, quantity: 1 }],
          payment: { amountCents: lamp.priceCents, currency: lamp.currency },
        },
      }),
      `${at.curl} ${at.gateway}/orders/my-first-order -H "Authorization: Bearer $TOKEN"`,
    ],
  }),
};

async function placeOrders(
  api: ApiClient,
  say: (line: string) => void,
): Promise<readonly DemoSaga[]> {
  const run = randomUUID().slice(0, 8);
  await furnish(api, run);
  say('Shelf stocked, accounts open: alice has funds, the card of bob is blocked.');
  const sagas: DemoSaga[] = [];
  for (const [index, order] of orders.entries()) {
    sagas.push(await placeOrder(api, order, `demo-${run}-${index + 1}`));
  }
  return sagas;
}

async function furnish(api: ApiClient, run: string): Promise<void> {
  const admin = await api.token('adam');
  let posts = 0;
  const post = async (path: string, body: unknown, allowed: readonly string[] = []) => {
    const idempotencyKey = `demo-${run}-${(posts += 1)}`;
    const answer = await until(`POST ${path}`, 60_000, async () => {
      const tried = await api.call(path, {
        token: admin,
        body,
        idempotencyKey,
      });
      return tried.status === 503 ? undefined : tried;
    });
    if (answer.status >= 300 && !allowed.includes(String(answer.body.code))) {
      throw failure(`POST ${path}`, answer);
    }
  };
  for (const product of [lamp, stamp]) {
    await post('/products', product, ['PRODUCT_EXISTS']);
    await post(`/products/${product.sku}/receipts`, { quantity: received[product.sku] });
  }
  for (const username of ['alice', 'bob']) {
    const customerId = subjectOf(await api.token(username));
    const account = { customerId, currency: 'EUR', limitCents: 100_000_000 };
    await post('/accounts', account, ['ACCOUNT_EXISTS']);
    await post(`/accounts/${customerId}/deposits`, { amountCents: 1_000_000, currency: 'EUR' });
    await post(`/accounts/${customerId}/card`, { blocked: username === 'bob' });
  }
}

async function placeOrder(api: ApiClient, order: DemoOrder, orderId: string): Promise<DemoSaga> {
  const token = await api.token(order.customer);
  const startedAt = performance.now();
  const started = await api.call('/sagas/place-order', {
    token,
    idempotencyKey: orderId,
    body: {
      orderId,
      lines: [{ sku: order.product.sku, quantity: order.quantity }],
      payment: { amountCents: order.product.priceCents * order.quantity, currency: 'EUR' },
    },
  });
  if (started.status !== 202 || started.location === null) throw failure(order.name, started);
  const location = started.location;
  const timeline = await until(`the end of "${order.name}"`, 60_000, async () => {
    const { body } = await api.call(location, { token });
    return hasEnded(body) ? body : undefined;
  });
  const outcome = String(timeline.state);
  if (outcome !== order.expected) {
    throw new Error(`"${order.name}" ended ${outcome}, expected ${order.expected}`);
  }
  return {
    name: order.name,
    id: String(started.body.id),
    outcome,
    ...(typeof timeline.reason === 'string' ? { reason: timeline.reason } : {}),
    duration_ms: Math.round(performance.now() - startedAt),
    timeline,
  };
}

function failure(what: string, answer: ApiAnswer): Error {
  return new Error(`${what} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}
