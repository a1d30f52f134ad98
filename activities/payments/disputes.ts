import { z } from 'zod';
import { happened, refused, unchanged } from '../../platform/kernel/decision';
import type { OperationHandler } from '../../platform/participant/service';
import { identifier } from '../values';
import type { PaymentsState } from './decider';
import { paymentOf } from './decider';
import { moneyOf, paymentAggregate, paymentFact } from './payment';

/** Why a cardholder's bank disputes a charge. */
export const disputeReasons = ['FRAUD', 'NOT_RECEIVED', 'NOT_AS_DESCRIBED', 'DUPLICATE'] as const;

const disputing = z.strictObject({
  orderId: identifier,
  disputeId: identifier,
  reason: z.enum(disputeReasons),
});

/**
 * Records that the cardholder's bank disputes a charge. It moves no money: what follows is a saga's. A payment is
 * disputed once; the same dispute again changes nothing. Refusals: NOT_CAPTURED, ALREADY_REFUNDED, ALREADY_DISPUTED.
 */
const dispute: OperationHandler<PaymentsState, typeof disputing> = {
  input: disputing,
  aggregates: ({ orderId }) => [paymentAggregate(orderId)],
  decide(states, { orderId, disputeId, reason }) {
    const payment = paymentOf(states, orderId);
    if (payment?.disputedAs === disputeId) return unchanged();
    if (payment?.disputedAs !== undefined) {
      return refused('ALREADY_DISPUTED', `it is disputed as ${payment.disputedAs}`);
    }
    if (payment?.status === 'refunded') return refused('ALREADY_REFUNDED', 'the money went back');
    if (payment?.status !== 'captured') {
      return refused('NOT_CAPTURED', `the payment is ${payment?.status ?? 'unknown'}`);
    }
    const fact = { ...moneyOf(payment), disputeId, reason };
    return happened([paymentFact('payment.disputed', fact)]);
  },
};

/** What the card provider tells us, outside any saga. */
export const disputeOperations = { dispute };
