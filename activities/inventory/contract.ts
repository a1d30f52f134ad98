import { z } from 'zod';
import { command, defineParticipant, undo } from '../../platform/kernel/contract';
import { amountCents, currency, identifier, orderLines } from '../values';

const reservation = z.strictObject({ orderId: identifier });
const nothing = z.strictObject({});

/** Inventory: products, stock and reservations. Database: DynamoDB. */
export const inventory = defineParticipant('inventory', {
  reserve: command({
    input: z.strictObject({
      orderId: identifier,
      lines: orderLines,
      /** What the customer agreed to pay; prices that changed since are a refusal. */
      amountCents,
      currency,
    }),
    result: nothing,
    refusals: [
      'UNKNOWN_PRODUCT',
      'OUT_OF_STOCK',
      'PRICE_CHANGED',
      'CURRENCY_MISMATCH',
      'TOO_MANY_LINES',
      'RESERVATION_EXISTS',
    ],
  }),
  release: undo({ of: 'reserve', input: reservation }),
  ship: command({
    input: reservation,
    result: nothing,
    refusals: ['NOT_RESERVED', 'ALREADY_SHIPPED'],
  }),
  restock: command({
    input: reservation,
    result: nothing,
    refusals: ['NOT_SHIPPED', 'ALREADY_RESTOCKED'],
  }),
});
