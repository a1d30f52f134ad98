import { z } from 'zod';
import { amountCents, currency, identifier, orderLines } from '../activities/values';
import { defineSagaContract } from '../platform/saga/contract';

/** One lot of a bulk order: an order of its own, paid for together with the others. */
export const orderLot = z.strictObject({ orderId: identifier, lines: orderLines, amountCents });

/** Opens orders and reserves stock for them; ships them once whoever asked for it has been paid. */
export const orderLotsContract = defineSagaContract({
  name: 'order-lots',
  title: 'Some lots of an order in bulk',
  input: z.strictObject({ customerId: identifier, currency, lots: z.array(orderLot).min(1) }),
  roles: [],
  childOnly: true,
  businessKey: ({ lots }) => lots[0]?.orderId ?? 'none',
  deadlineMs: 30 * 60_000,
  sends: ['orders.open', 'inventory.reserve'],
});
