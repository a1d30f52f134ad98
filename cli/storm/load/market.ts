import { subjectOf } from '../../up/api-client';
import type { ApiClient } from '../../up/api-client';
import { askPatiently } from './patience';

/** What is sold in a storm: every piece costs the same. */
export const priceCents = 1_200;
export const currency = 'EUR' as const;
/** Pieces an order asks for of which there is only one. */
export const scarcePieces = 30;

const stocked = { plenty: 100_000, scarce: 1 } as const;
const depositCents = 90_000_000;

/** Shelves and people of one storm. */
export interface Market {
  /** SKUs with enough for all; several, so that orders do not only wait for each other. */
  readonly shelves: readonly string[];
  /** SKU with a single piece. */
  readonly scarce: string;
  /** Development users who buy. */
  readonly buyers: readonly string[];
  /** Development user whose card is blocked. */
  readonly declined: string;
  /** Pieces on each shelf and money of each buyer before the storm. */
  readonly before: Counts;
}

/** What is counted, by SKU and by user. */
export interface Counts {
  readonly shelves: Readonly<Record<string, Shelf>>;
  readonly funds: Readonly<Record<string, Funds>>;
}

export interface Shelf {
  readonly received: number;
  readonly available: number;
  readonly reserved: number;
  readonly shipped: number;
}

export interface Funds {
  readonly availableCents: number;
  readonly heldCents: number;
}

const buyers = ['carol', 'dave', 'erin', 'frank'] as const;
const declined = 'bob';

/** Opens the shelves and accounts of a storm of that name; each name only once. */
export async function openMarket(api: ApiClient, name: string): Promise<Market> {
  const shelves = Array.from({ length: 8 }, (_, index) => `${name}-${index + 1}`);
  const scarce = `${name}-scarce`;
  const post = poster(api, name);
  for (const sku of [...shelves, scarce]) {
    await post('/products', { sku, name: 'Lamp', priceCents, currency });
    const quantity = sku === scarce ? stocked.scarce : stocked.plenty;
    await post(`/products/${sku}/receipts`, { quantity });
  }
  for (const username of [...buyers, declined]) {
    const customerId = subjectOf(await api.token(username));
    await post('/accounts', { customerId, currency, limitCents: 100_000_000 });
    await post(`/accounts/${customerId}/deposits`, { amountCents: depositCents, currency });
    await post(`/accounts/${customerId}/card`, { blocked: username === declined });
  }
  const market = { shelves, scarce, buyers, declined };
  return { ...market, before: await countMarket(api, market) };
}

function poster(api: ApiClient, name: string) {
  let posts = 0;
  return async (path: string, body: unknown): Promise<void> => {
    const idempotencyKey = `${name}:${(posts += 1)}`;
    const wanted = { path, username: 'adam', body, idempotencyKey };
    const { answer } = await askPatiently(api, wanted);
    if (answer.status < 300 || answer.body.code === 'ACCOUNT_EXISTS') return;
    throw new Error(`POST ${path} was answered ${answer.status} ${JSON.stringify(answer.body)}`);
  };
}

/** What is on the shelves and in the accounts now. */
export async function countMarket(api: ApiClient, market: Omit<Market, 'before'>): Promise<Counts> {
  const get = async (path: string): Promise<Record<string, unknown>> => {
    const { answer } = await askPatiently(api, { path, username: 'adam', method: 'GET' });
    if (answer.status === 200) return answer.body;
    throw new Error(`GET ${path} was answered ${answer.status}`);
  };
  const shelves: Record<string, Shelf> = {};
  for (const sku of [...market.shelves, market.scarce]) {
    shelves[sku] = (await get(`/products/${sku}`)) as unknown as Shelf;
  }
  const funds: Record<string, Funds> = {};
  for (const username of [...market.buyers, market.declined]) {
    const customerId = subjectOf(await api.token(username));
    funds[username] = (await get(`/accounts/${customerId}`)) as unknown as Funds;
  }
  return { shelves, funds };
}
