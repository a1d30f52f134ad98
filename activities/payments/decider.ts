import type { z } from 'zod';
import type { Decision, RecordedEvent } from '../../platform/kernel/decision';
import { busy, happened, impossible, refused } from '../../platform/kernel/decision';
import type { DecisionContext, States } from '../../platform/participant/service';
import { outOfPlace } from '../fold';
import type { AccountState } from './account';
import { accountAggregate, accountFact, evolveAccount } from './account';
import type { payments } from './contract';
import type { PaymentState } from './payment';
import { evolvePayment, moneyOf, paymentAggregate, paymentFact } from './payment';

/** Either aggregate of the payments service; `kind` says which. */
export type PaymentsState = AccountState | PaymentState;
type Payments = States<PaymentsState>;
type Authorize = z.output<(typeof payments)['contract']['commands']['authorize']['input']>;
type OrderRef = { readonly orderId: string };

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

/**
 * Sets money aside and takes the payment's lock. A decline is recorded as a fact and leaves nothing
 * standing, so that a later authorization for the same order is free to succeed.
 */
export function authorize(states: Payments, input: Authorize, context: DecisionContext): Decision {
  const payment = paymentOf(states, input.orderId);
  if (payment?.status === 'authorized' && payment.heldBy !== context.sagaId) {
    return busy(payment.heldBy ?? '');
  }
  if (payment !== undefined && payment.status !== 'declined' && payment.status !== 'voided') {
    return refused('PAYMENT_EXISTS', `the payment is ${payment.status}`);
  }
  const reason = declineReason(accountOf(states, input.customerId), input);
  if (reason !== undefined) {
    return refused(reason, declineDetails[reason], [
      paymentFact('payment.declined', { ...input, reason }),
    ]);
  }
  const { orderId, customerId, amountCents } = input;
  return happened(
    [
      paymentFact('payment.authorized', { ...input, heldBy: context.sagaId }),
      accountFact('account.held', { customerId, orderId, amountCents }),
    ],
    { amountCents },
  );
}

const declineDetails = {
  UNKNOWN_ACCOUNT: 'the customer has no account',
  CARD_DECLINED: 'the card is blocked',
  CURRENCY_MISMATCH: 'the account is kept in another currency',
  LIMIT_EXCEEDED: 'the amount is above the limit of one payment',
  INSUFFICIENT_FUNDS: 'the available funds do not cover the amount',
};

function declineReason(
  account: AccountState | undefined,
  input: Authorize,
): keyof typeof declineDetails | undefined {
  if (account === undefined) return 'UNKNOWN_ACCOUNT';
  if (account.cardBlocked) return 'CARD_DECLINED';
  if (account.currency !== input.currency) return 'CURRENCY_MISMATCH';
  if (input.amountCents > account.limitCents) return 'LIMIT_EXCEEDED';
  if (input.amountCents > account.availableCents) return 'INSUFFICIENT_FUNDS';
  return undefined;
}

/** Undo of authorize: puts back exactly what its `account.held` took. Impossible once the money was captured. */
export function voidAuthorization(
  states: Payments,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
): Decision {
  const held = effect.find((event) => event.type === 'account.held');
  const authorized = effect.find((event) => event.type === 'payment.authorized');
  if (held === undefined || authorized === undefined)
    return impossible('the recorded effect holds no money');
  const movement = held.data as { customerId: string; orderId: string; amountCents: number };
  const payment = paymentOf(states, movement.orderId);
  const isOurs = payment?.heldBy === context.sagaId && payment.heldSinceSeq === authorized.seq;
  if (payment?.status !== 'authorized' || !isOurs) {
    return impossible(`the payment is ${payment?.status ?? 'unknown'}, its hold is gone`);
  }
  return happened([
    paymentFact('payment.voided', moneyOf(payment)),
    accountFact('account.released', movement),
  ]);
}

/** Takes the money that was set aside and releases the lock. An authorization is captured or voided once. */
export function capture(states: Payments, input: OrderRef, context: DecisionContext): Decision {
  const payment = paymentOf(states, input.orderId);
  if (payment === undefined || payment.status === 'declined') {
    return refused('NOT_AUTHORIZED', 'nothing is authorized for this order');
  }
  if (payment.status === 'voided') return refused('ALREADY_VOIDED', 'the authorization is void');
  if (payment.status !== 'authorized') {
    return refused('ALREADY_CAPTURED', `the payment is ${payment.status}`);
  }
  if (payment.heldBy !== context.sagaId) return busy(payment.heldBy ?? '');
  return moved(payment, 'payment.captured', 'account.charged');
}

/** Gives captured money back, once. */
export function refund(states: Payments, input: OrderRef): Decision {
  const payment = paymentOf(states, input.orderId);
  if (payment?.status === 'refunded') return refused('ALREADY_REFUNDED', 'the money went back');
  if (payment?.status !== 'captured') {
    return refused('NOT_CAPTURED', `the payment is ${payment?.status ?? 'unknown'}`);
  }
  return moved(payment, 'payment.refunded', 'account.refunded');
}

function moved(
  payment: PaymentState,
  onPayment: 'payment.captured' | 'payment.refunded',
  onAccount: 'account.charged' | 'account.refunded',
): Decision {
  const { customerId, orderId, amountCents } = payment;
  return happened(
    [
      paymentFact(onPayment, moneyOf(payment)),
      accountFact(onAccount, { customerId, orderId, amountCents }),
    ],
    { amountCents },
  );
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
