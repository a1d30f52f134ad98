import { randomUUID } from 'node:crypto';
import { subjectOf, until } from '../up/api-client';
import type { ApiAnswer, ApiClient } from '../up/api-client';

/** A shelf and a customer of one test file, driven over HTTP only. */
export interface Shop {
  readonly sku: string;
  readonly priceCents: number;
  readonly customerId: string;
  customerToken(): Promise<string>;
  /** Starts place-order for `quantity` pieces; the body may be bent by `change`. */
  placeOrder(options?: PlaceOrder): Promise<ApiAnswer>;
  /** Does the same as a client should: what is refused for now is asked for again. Answers where the saga is. */
  placedOrder(options?: PlaceOrder): Promise<string>;
  /** Follows a saga to its end and answers its last view. */
  outcomeOf(location: string): Promise<Record<string, unknown>>;
  stock(): Promise<{ available: number; reserved: number; shipped: number; received: number }>;
  funds(): Promise<{ availableCents: number; heldCents: number }>;
}

export interface PlaceOrder {
  readonly orderId?: string;
  readonly quantity?: number;
  readonly idempotencyKey?: string;
  readonly token?: string;
  readonly change?: (body: Record<string, unknown>) => unknown;
}

export interface ShopOptions {
  readonly api: ApiClient;
  /** Development user who buys; each test file takes one of its own. */
  readonly customer: string;
  readonly received?: number;
  readonly depositCents?: number;
  readonly cardBlocked?: boolean;
}

/** Development users who buy while acts are played. */
export const buyers = ['carol', 'dave', 'erin', 'frank'] as const;

const finals: ReadonlySet<unknown> = new Set(['completed', 'compensated', 'cancelled']);

/** A saga in this state has ended. */
export const hasEnded = (state: unknown): boolean => finals.has(state);

const priceCents = 1_200;

/** Workflow id of a saga, by where it is answered to be. */
export function workflowIdAt(location: string): string {
  return decodeURIComponent(location.split('/').at(-1) ?? '');
}

/** Adds a product, receives stock, opens and fills the customer's account. */
export async function openShop(options: ShopOptions): Promise<Shop> {
  const { api, customer } = options;
  const sku = `sku-${randomUUID().slice(0, 8)}`;
  const customerId = subjectOf(await api.token(customer));
  const post = poster(api, sku);
  await post('/products', { sku, name: 'Lamp', priceCents, currency: 'EUR' });
  await post(`/products/${sku}/receipts`, { quantity: options.received ?? 100 });
  await post('/accounts', { customerId, currency: 'EUR', limitCents: 90_000_000 });
  await post(`/accounts/${customerId}/deposits`, {
    amountCents: options.depositCents ?? 10_000_000,
    currency: 'EUR',
  });
  await post(`/accounts/${customerId}/card`, { blocked: options.cardBlocked ?? false });
  const read = async (path: string) => readAs(api, path);
  return {
    sku,
    priceCents,
    customerId,
    customerToken: () => api.token(customer),
    placeOrder: async (order = {}) => placeOrder(api, { sku, customer }, order),
    placedOrder: async (order = {}) => placedOrder(api, { sku, customer }, order),
    outcomeOf: (location) => outcomeOf(api, location),
    stock: async () => (await read(`/products/${sku}`)) as unknown as ReturnType<Shop['stock']>,
    funds: async () =>
      (await read(`/accounts/${customerId}`)) as unknown as ReturnType<Shop['funds']>,
  };
}

/** With a token that is good now: a test may outlast the one it began with. */
function readAs(api: ApiClient, path: string): Promise<Record<string, unknown>> {
  return until(`GET ${path}`, 60_000, async () => {
    const { status, body } = await api.call(path, { token: await api.token('adam') });
    if (status >= 500) return undefined;
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  });
}

function poster(api: ApiClient, run: string) {
  return (path: string, body: unknown) =>
    until(`POST ${path}`, 60_000, async () => {
      const token = await api.token('adam');
      const answer = await api.call(path, { token, body, idempotencyKey: `${run}:${path}` });
      const settled = answer.status < 300 || answer.body.code === 'ACCOUNT_EXISTS';
      if (!settled && answer.status !== 503) throw new Error(`${path}: ${JSON.stringify(answer)}`);
      return settled ? answer : undefined;
    });
}

async function placeOrder(
  api: ApiClient,
  shop: { sku: string; customer: string },
  order: PlaceOrder,
): Promise<ApiAnswer> {
  const quantity = order.quantity ?? 1;
  const body = {
    orderId: order.orderId ?? `order-${randomUUID()}`,
    lines: [{ sku: shop.sku, quantity }],
    payment: { amountCents: priceCents * quantity, currency: 'EUR' },
  };
  return api.call('/sagas/place-order', {
    token: order.token ?? (await api.token(shop.customer)),
    idempotencyKey: order.idempotencyKey ?? randomUUID(),
    body: order.change === undefined ? body : order.change(body),
  });
}

/** Under one key and one id, so that however often it is asked for, there is one order. */
function placedOrder(
  api: ApiClient,
  shop: { sku: string; customer: string },
  order: PlaceOrder,
): Promise<string> {
  const same = { orderId: `order-${randomUUID()}`, idempotencyKey: randomUUID(), ...order };
  return until('an order to be taken', 60_000, async () => {
    const { status, location, body } = await placeOrder(api, shop, same);
    if (status === 503) return undefined;
    if (status !== 202) throw new Error(`an order is answered ${status} ${String(body.code)}`);
    return String(location);
  });
}

async function outcomeOf(api: ApiClient, location: string): Promise<Record<string, unknown>> {
  const token = await api.token('olga');
  return until(`the end of ${location}`, 120_000, async () => {
    const { status, body } = await api.call(location, { token });
    if (status >= 500) return undefined;
    return hasEnded(body.state) ? body : undefined;
  });
}
