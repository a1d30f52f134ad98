import { z } from 'zod';
import { command, defineParticipant, undo } from '../../platform/kernel/contract';
import { amountCents, currency, identifier } from '../values';

const payment = z.strictObject({ orderId: identifier });

/** Payments: customers' accounts, holds and charges. Database: PostgreSQL. */
export const payments = defineParticipant('payments', {
  authorize: command({
    input: z.strictObject({
      orderId: identifier,
      customerId: identifier,
      amountCents,
      currency,
    }),
    result: z.strictObject({ amountCents }),
    refusals: [
      'UNKNOWN_ACCOUNT',
      'CARD_DECLINED',
      'INSUFFICIENT_FUNDS',
      'LIMIT_EXCEEDED',
      'CURRENCY_MISMATCH',
      'PAYMENT_EXISTS',
    ],
  }),
  void: undo({ of: 'authorize', input: payment }),
  capture: command({
    input: payment,
    result: z.strictObject({ amountCents }),
    refusals: ['NOT_AUTHORIZED', 'ALREADY_CAPTURED', 'ALREADY_VOIDED'],
  }),
  refund: command({
    input: payment,
    result: z.strictObject({ amountCents }),
    refusals: ['NOT_CAPTURED', 'ALREADY_REFUNDED'],
  }),
});
