import { z } from 'zod';
import { amountCents, currency, identifier } from '../activities/values';
import { defineSagaContract } from '../platform/saga/contract';
import { orderLot, orderLotsContract } from './order-lots.contract';

const lotsMax = 500;

type Lots = readonly z.output<typeof orderLot>[];

/** What all lots cost together, in cents. */
export function totalOf(lots: Lots): number {
  return lots.reduce((sum, lot) => sum + lot.amountCents, 0);
}

const lots = z
  .array(orderLot)
  .min(1)
  .max(lotsMax)
  .superRefine((all, context) => {
    const refuse = (code: string, message: string, path: PropertyKey[] = []) =>
      context.addIssue({ code: 'custom', message, path, params: { code } });
    const seen = new Set<string>();
    all.forEach(({ orderId }, index) => {
      if (seen.has(orderId)) refuse('DUPLICATE_LOT', 'the same order twice', [index, 'orderId']);
      seen.add(orderId);
    });
    const isPayable = amountCents.safeParse(totalOf(all)).success;
    if (!isPayable) refuse('AMOUNT_TOO_LARGE', 'more than one payment may be');
  });

/** Places up to 500 orders that are paid for at once: all of them, or none. */
export const bulkOrderContract = defineSagaContract({
  name: 'bulk-order',
  title: 'Order in bulk',
  input: z.strictObject({ orderId: identifier, customerId: identifier, currency, lots }),
  roles: ['customer', 'admin'],
  businessKey: ({ orderId }) => orderId,
  fromCaller: { customerId: 'subject' },
  references: [
    {
      pointer: '/lots/*/lines/*/sku',
      service: 'inventory',
      path: '/products/:value',
      code: 'UNKNOWN_PRODUCT',
      matches: [{ field: 'currency', pointer: '/currency', code: 'CURRENCY_MISMATCH' }],
    },
  ],
  deadlineMs: 30 * 60_000,
  sends: ['payments.authorize', 'payments.capture'],
  children: [orderLotsContract],
});
