import { defineService } from '../../platform/participant/service';
import { accountOperations } from './accounts';
import { payments } from './contract';
import { evolvePayments } from './decider';
import { disputeOperations } from './disputes';
import { authorize, voidAuthorization } from './steps/authorize';
import { capture, refund } from './steps/take';

/** Payments as a participant: customers' accounts, the payments of their orders, and the card provider behind them. */
export const paymentsService = defineService({
  participant: payments,
  handlers: { authorize, void: voidAuthorization, capture, refund },
  operations: { ...accountOperations, ...disputeOperations },
  aggregates: {
    account: { id: 'customerId', events: ['account'] },
    payment: { id: 'orderId', events: ['payment'] },
  },
  evolve: evolvePayments,
});
