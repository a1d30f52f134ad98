import { z } from 'zod';
import { amountCents, currency, identifier, orderLines } from '../activities/values';
import { defineSagaContract } from '../platform/saga/contract';

/** Places an order: opens it, reserves stock, takes the money, ships. */
export const placeOrderContract = defineSagaContract({
  name: 'place-order',
  title: 'Place an order',
  input: z.strictObject({
    orderId: identifier,
    customerId: identifier,
    lines: orderLines,
    payment: z.strictObject({ amountCents, currency }),
  }),
  roles: ['customer', 'admin'],
  businessKey: (input) => input.orderId,
  fromCaller: { customerId: 'subject' },
  references: [
    {
      pointer: '/lines/*/sku',
      service: 'inventory',
      path: '/products/:value',
      code: 'UNKNOWN_PRODUCT',
      matches: [{ field: 'currency', pointer: '/payment/currency', code: 'CURRENCY_MISMATCH' }],
    },
  ],
  deadlineMs: 15 * 60_000,
});
