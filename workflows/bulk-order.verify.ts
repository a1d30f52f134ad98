import { defineRecipe, differences } from '../platform/saga/recipe';
import { bulkOrderContract } from './bulk-order.contract';

const fundsCents = 100_000;
const priceCents = 1_200;
const pieces = 10;
const currency = 'EUR' as const;

/** Two lots of one and two pieces, each in a child of its own; product and customer are of this run alone. */
export const bulkOrderRecipe = defineRecipe(bulkOrderContract, {
  async prepare({ name, post }) {
    const [customerId, sku] = [`customer-${name}`, `sku-${name}`];
    await post('/products', { sku, name: 'Lamp', priceCents, currency });
    await post(`/products/${sku}/receipts`, { quantity: pieces });
    await post('/accounts', { customerId, currency, limitCents: fundsCents });
    await post(`/accounts/${customerId}/deposits`, { amountCents: fundsCents, currency });
    const lots = [1, 2].map((quantity) => ({
      orderId: `lot${quantity}-${name}`,
      lines: [{ sku, quantity }],
      amountCents: quantity * priceCents,
    }));
    return { orderId: `bulk-${name}`, customerId, currency, lots };
  },
  async check({ name, get }, { input, outcome }) {
    const shipped = outcome === 'completed' ? 3 : 0;
    const counted = [
      ...differences('stock', await get(`/products/sku-${name}`), {
        available: pieces - shipped,
        reserved: 0,
        shipped,
      }),
      ...differences('account', await get(`/accounts/${input.customerId}`), {
        availableCents: fundsCents - shipped * priceCents,
        heldCents: 0,
      }),
    ];
    const status = outcome === 'completed' ? 'confirmed' : 'rejected';
    const lots = input.lots.map(async ({ orderId }) => {
      const order = await get(`/orders/${orderId}`);
      // Undone before it was ever opened, it is not there at all.
      const isUnknown = outcome !== 'completed' && order === undefined;
      return isUnknown ? [] : differences(orderId, order, { status });
    });
    return [...counted, ...(await Promise.all(lots)).flat()];
  },
});
