import type { RecordedEvent } from '../../platform/kernel/decision';
import type { States } from '../../platform/participant/service';
import { outOfPlace } from '../fold';
import type { AccountState } from './account';
import { accountAggregate, evolveAccount } from './account';
import type { PaymentState } from './payment';
import { evolvePayment, paymentAggregate } from './payment';

/** Either aggregate of the payments service; `kind` says which. */
export type PaymentsState = AccountState | PaymentState;
/** The aggregates a decision of payments sees. */
export type Payments = States<PaymentsState>;
/** Commands after the authorization name the order alone. */
export type OrderRef = { readonly orderId: string };

/** The account, or undefined while it has not been opened. */
export function accountOf(states: Payments, customerId: string): AccountState | undefined {
  const state = states(accountAggregate(customerId));
  return state?.kind === 'account' ? state : undefined;
}

/** The payment, or undefined while nothing was ever asked for its order. */
export function paymentOf(states: Payments, orderId: string): PaymentState | undefined {
  const state = states(paymentAggregate(orderId));
  return state?.kind === 'payment' ? state : undefined;
}

/** The account behind a payment that only the payment names. */
export function accountBehind(states: Payments, input: OrderRef): readonly string[] {
  const payment = paymentOf(states, input.orderId);
  return payment === undefined ? [] : [accountAggregate(payment.customerId)];
}

/** The fold of either aggregate; the prefix of the id says which. */
export function evolvePayments(
  state: PaymentsState | undefined,
  event: RecordedEvent,
): PaymentsState {
  if (event.aggregateId.startsWith('account/') && state?.kind !== 'payment') {
    return evolveAccount(state, event);
  }
  if (event.aggregateId.startsWith('payment/') && state?.kind !== 'account') {
    return evolvePayment(state, event);
  }
  throw outOfPlace(event);
}
