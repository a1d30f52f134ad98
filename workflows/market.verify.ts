import { differences } from '../platform/saga/recipe';
import type { RecipeWorld } from '../platform/saga/recipe';

/** One product and one customer of a run: what is there before any saga of it. */
export const market = {
  pieces: 10,
  priceCents: 1_200,
  fundsCents: 100_000,
  currency: 'EUR',
} as const;

/** Makes the product and the customer; both are of this run alone. */
export async function openMarket({ name, post }: RecipeWorld) {
  const { pieces, priceCents, fundsCents, currency } = market;
  const [customerId, sku] = [`customer-${name}`, `sku-${name}`];
  await post('/products', { sku, name: 'Lamp', priceCents, currency });
  await post(`/products/${sku}/receipts`, { quantity: pieces });
  await post('/accounts', { customerId, currency, limitCents: fundsCents });
  await post(`/accounts/${customerId}/deposits`, { amountCents: fundsCents, currency });
  return { customerId, sku };
}

/** What differs in stock and account once so many pieces were shipped and paid for, and nothing else is open. */
export async function marketDifferences(
  { name, get }: RecipeWorld,
  shipped: number,
): Promise<readonly string[]> {
  const { pieces, priceCents, fundsCents } = market;
  return [
    ...differences('stock', await get(`/products/sku-${name}`), {
      available: pieces - shipped,
      reserved: 0,
      shipped,
    }),
    ...differences('account', await get(`/accounts/customer-${name}`), {
      availableCents: fundsCents - shipped * priceCents,
      heldCents: 0,
    }),
  ];
}
