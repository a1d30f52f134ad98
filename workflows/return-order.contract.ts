import { z } from 'zod';
import { identifier } from '../activities/values';
import { defineSagaContract } from '../platform/saga/contract';

/** Takes a confirmed order back: refunds the money, restocks, closes the order. */
export const returnOrderContract = defineSagaContract({
  name: 'return-order',
  title: 'Return an order',
  input: z.strictObject({ orderId: identifier, customerId: identifier }),
  roles: ['customer', 'admin'],
  businessKey: (input) => input.orderId,
  fromCaller: { customerId: 'subject' },
  deadlineMs: 15 * 60_000,
  sends: ['orders.requestReturn', 'payments.refund'],
});
