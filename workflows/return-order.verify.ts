import { defineRecipe, differences } from '../platform/saga/recipe';
import { marketDifferences } from './market.verify';
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
  async check(world, { input, outcome }) {
    const isDone = outcome === 'completed';
    return [
      ...(await marketDifferences(world, isDone ? 0 : 2)),
      ...differences('order', await world.get(`/orders/${input.orderId}`), {
        status: isDone ? 'returned' : 'confirmed',
      }),
    ];
  },
});
