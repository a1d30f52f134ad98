import { customerOrders } from '../../projections/customer-orders';
import type { ReadModel } from '../../projections/read-model';

/** Customers whose orders are all in the log and do not change, and how many each has. */
export interface Expected {
  readonly customers: number;
  readonly ordersEach: number;
}

/**
 * Reads lists over and over, as people would through the gateway, and counts what no reader may ever see: an error, a
 * list that is not whole, or rows of two generations in one answer (`shapeOf` tells them apart).
 */
export function steadyReads(
  model: ReadModel,
  { customers, ordersEach }: Expected,
  shapeOf: (row: object) => string,
) {
  const seen = { reads: 0, failed: 0, torn: 0, shapes: new Set<string>(), first: '' };
  const state = { isOver: false };
  const running = (async () => {
    for (let turn = 0; !state.isOver; turn = (turn + 1) % customers) {
      seen.reads += 1;
      try {
        const { items } = await model.rows(
          customerOrders,
          { customerId: `c-${turn}` },
          { limit: ordersEach + 1 },
        );
        const shapes = new Set(items.map(shapeOf));
        shapes.forEach((shape) => seen.shapes.add(shape));
        if (items.length === ordersEach && shapes.size === 1) continue;
        seen.torn += 1;
        seen.first ||= `c-${turn}: ${items.length} orders of ${[...shapes].join(' and ')}`;
      } catch (error) {
        seen.failed += 1;
        seen.first ||= String(error);
      }
    }
  })();
  return {
    seen,
    async stop() {
      state.isOver = true;
      await running;
      return seen;
    },
  };
}
