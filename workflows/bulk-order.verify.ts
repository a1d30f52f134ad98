import { defineRecipe, differences } from '../platform/saga/recipe';
import { bulkOrderContract } from './bulk-order.contract';
import { market, marketDifferences, openMarket } from './market.verify';

/** Two lots of one and two pieces, each in a child of its own; product and customer are of this run alone. */
export const bulkOrderRecipe = defineRecipe(bulkOrderContract, {
  async prepare(world) {
    const { customerId, sku } = await openMarket(world);
    const { priceCents, currency } = market;
    const lots = [1, 2].map((quantity) => ({
      orderId: `lot${quantity}-${world.name}`,
      lines: [{ sku, quantity }],
      amountCents: quantity * priceCents,
    }));
    return { orderId: `bulk-${world.name}`, customerId, currency, lots };
  },
  async check(world, { input, outcome }) {
    const isDone = outcome === 'completed';
    const status = isDone ? 'confirmed' : 'rejected';
    const lots = input.lots.map(async ({ orderId }) => {
      const order = await world.get(`/orders/${orderId}`);
      // Undone before it was ever opened, it is not there at all.
      const isUnknown = !isDone && order === undefined;
      return isUnknown ? [] : differences(orderId, order, { status });
    });
    const shipped = isDone ? 3 : 0;
    return [...(await marketDifferences(world, shipped)), ...(await Promise.all(lots)).flat()];
  },
});
