import { defineRecipe, differences } from '../platform/saga/recipe';
import { placeOrderContract } from './place-order.contract';

const fundsCents = 100_000;
const priceCents = 1_200;
const pieces = 10;

/** An order for two of ten pieces, by a customer with funds; both are of this run alone. */
export const placeOrderRecipe = defineRecipe(placeOrderContract, {
  async prepare({ name, post }) {
    const [customerId, sku] = [`customer-${name}`, `sku-${name}`];
    const currency = 'EUR' as const;
    await post('/products', { sku, name: 'Lamp', priceCents, currency });
    await post(`/products/${sku}/receipts`, { quantity: pieces });
    await post('/accounts', { customerId, currency, limitCents: fundsCents });
    await post(`/accounts/${customerId}/deposits`, { amountCents: fundsCents, currency });
    return {
      orderId: `order-${name}`,
      customerId,
      lines: [{ sku, quantity: 2 }],
      payment: { amountCents: 2 * priceCents, currency },
    };
  },
  async check({ name, get }, { input, outcome }) {
    const isDone = outcome === 'completed';
    const [shipped, chargedCents] = isDone ? [2, 2 * priceCents] : [0, 0];
    const order = await get(`/orders/${input.orderId}`);
    // Undone before it was ever opened, it is not there at all.
    const isUnknown = !isDone && order === undefined;
    return [
      ...differences('stock', await get(`/products/sku-${name}`), {
        available: pieces - shipped,
        reserved: 0,
        shipped,
      }),
      ...differences('account', await get(`/accounts/${input.customerId}`), {
        availableCents: fundsCents - chargedCents,
        heldCents: 0,
      }),
      ...(isUnknown
        ? []
        : differences('order', order, { status: isDone ? 'confirmed' : 'rejected' })),
    ];
  },
});
