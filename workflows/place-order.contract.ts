import { z } from 'zod';
import { amountCents, currency, delivery, identifier, orderLines } from '../activities/values';
import { sealedText } from '../platform/kernel/sealed-text';
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
    delivery: sealedText.exactOptional(),
  }),
  roles: ['customer', 'admin'],
  businessKey: (input) => input.orderId,
  fromCaller: { customerId: 'subject' },
  personal: { delivery },
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
  sends: ['orders.open', 'inventory.reserve', 'payments.authorize', 'payments.capture'],
  // A manual review may take two days.
  frozenMs: 2 * 24 * 60 * 60_000,
});
