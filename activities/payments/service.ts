import { defineService } from '../../platform/participant/service';
import { accountAggregate } from './account';
import { accountOperations } from './accounts';
import { payments } from './contract';
import {
  accountBehind,
  authorize,
  capture,
  evolvePayments,
  refund,
  voidAuthorization,
} from './decider';
import { paymentAggregate } from './payment';

const itsPayment = (input: { readonly orderId: string }) => [paymentAggregate(input.orderId)];

/** Payments as a participant: customers' accounts and the payments of their orders. */
export const paymentsService = defineService({
  participant: payments,
  handlers: {
    authorize: {
      aggregates: ({ orderId, customerId }) => [
        paymentAggregate(orderId),
        accountAggregate(customerId),
      ],
      decide: authorize,
    },
    void: { reverse: voidAuthorization },
    capture: { aggregates: itsPayment, related: accountBehind, decide: capture },
    refund: { aggregates: itsPayment, related: accountBehind, decide: refund },
  },
  operations: accountOperations,
  evolve: evolvePayments,
});
