import { defineRecipe, differences } from '../platform/saga/recipe';
import { market, marketDifferences, openMarket } from './market.verify';
import { placeOrderContract } from './place-order.contract';

/** An order for two of ten pieces, by a customer with funds; both are of this run alone. */
export const placeOrderRecipe = defineRecipe(placeOrderContract, {
  async prepare(world) {
    const { customerId, sku } = await openMarket(world);
    return {
      orderId: `order-${world.name}`,
      customerId,
      lines: [{ sku, quantity: 2 }],
      payment: { amountCents: 2 * market.priceCents, currency: market.currency },
    };
  },
  async check(world, { input, outcome }) {
    const isDone = outcome === 'completed';
    const order = await world.get(`/orders/${input.orderId}`);
    // Undone before it was ever opened, it is not there at all.
    const isUnknown = !isDone && order === undefined;
    return [
      ...(await marketDifferences(world, isDone ? 2 : 0)),
      ...(isUnknown
        ? []
        : differences('order', order, { status: isDone ? 'confirmed' : 'rejected' })),
    ];
  },
});
