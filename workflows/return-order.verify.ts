import { defineRecipe, differences } from '../platform/saga/recipe';
import { placeOrderRecipe } from './place-order.verify';
import { returnOrderContract } from './return-order.contract';

/** Takes back an order that was placed for it. */
export const returnOrderRecipe = defineRecipe(returnOrderContract, {
  async prepare(world) {
    const order = await placeOrderRecipe.prepare(world);
    await world.complete('place-order', order);
    const { orderId, customerId } = order as { orderId: string; customerId: string };
    return { orderId, customerId };
  },
  async check({ name, get }, { input, outcome }) {
    const isDone = outcome === 'completed';
    const [shipped, chargedCents] = isDone ? [0, 0] : [2, 2_400];
    return [
      ...differences('stock', await get(`/products/sku-${name}`), {
        available: 10 - shipped,
        reserved: 0,
        shipped,
      }),
      ...differences('account', await get(`/accounts/${input.customerId}`), {
        availableCents: 100_000 - chargedCents,
        heldCents: 0,
      }),
      ...differences('order', await get(`/orders/${input.orderId}`), {
        status: isDone ? 'returned' : 'confirmed',
      }),
    ];
  },
});
