import type { z } from 'zod';
import type {
  Decision,
  Intention,
  NewEvent,
  RecordedEvent,
} from '../../../platform/kernel/decision';
import { busy, happened, impossible, intended, refused } from '../../../platform/kernel/decision';
import type { Json } from '../../../platform/kernel/json';
import type {
  DecisionContext,
  OutsideHandler,
  UndoHandler,
} from '../../../platform/participant/service';
import type { AccountState } from '../account';
import { accountAggregate, accountFact } from '../account';
import type { payments } from '../contract';
import type { Payments, PaymentsState } from '../decider';
import { accountOf, paymentOf } from '../decider';
import type { PaymentState } from '../payment';
import { isHeld, moneyOf, paymentAggregate, paymentFact } from '../payment';
import type { ProviderCall } from '../provider/calls';
import { providerAnswer } from '../provider/calls';

type Authorize = z.output<(typeof payments)['contract']['commands']['authorize']['input']>;

/**
 * Sets money aside, takes the payment's lock and asks the card provider. Our own decline is recorded as a fact and
 * leaves nothing standing, so that a later authorization for the same order is free to succeed.
 */
function intend(
  states: Payments,
  input: Authorize,
  context: DecisionContext,
): Decision | Intention {
  const { orderId, customerId, amountCents, currency } = input;
  const payment = paymentOf(states, orderId);
  if (payment !== undefined && isHeld(payment) && payment.heldBy !== context.sagaId) {
    return busy(payment.heldBy ?? '');
  }
  if (payment !== undefined && payment.status !== 'declined' && payment.status !== 'voided') {
    return refused('PAYMENT_EXISTS', `the payment is ${payment.status}`);
  }
  const reason = declineReason(accountOf(states, customerId), input);
  if (reason !== undefined) {
    return refused(reason, declineDetails[reason], [
      paymentFact('payment.declined', { ...input, reason }),
    ]);
  }
  const call: ProviderCall = {
    ...{ operation: 'authorize', reference: orderId, card: customerId },
    ...{ amountCents, currency },
  };
  return intended(call, [
    paymentFact('payment.requested', { ...input, heldBy: context.sagaId }),
    accountFact('account.held', { customerId, orderId, amountCents }),
  ]);
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

/** The provider's word: the authorization stands under its id, or it was declined and the money is free again. */
const conclude: OutsideHandler<PaymentsState, Authorize>['conclude'] = (
  states,
  { call, word },
  context,
) => {
  const { reference: orderId } = call as ProviderCall;
  const payment = paymentOf(states, orderId);
  if (payment?.status !== 'requested' || payment.heldBy !== context.sagaId) {
    return impossible(`the payment is ${payment?.status ?? 'unknown'} and not requested by us`);
  }
  const { amountCents } = payment;
  if (word.word === 'refused') {
    const reason = 'CARD_DECLINED';
    return refused(reason, word.detail, [
      paymentFact('payment.declined', { ...moneyOf(payment), reason }),
      released(payment),
    ]);
  }
  const { id: providerRef } = providerAnswer.parse(word.answer);
  const { sagaId: heldBy } = context;
  return happened(
    [paymentFact('payment.authorized', { ...moneyOf(payment), heldBy, providerRef })],
    { amountCents },
  );
};

/** Nothing stands at the provider: what was set aside for the request is free again. */
function abandon(
  states: Payments,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
): Decision {
  const payment = ourPayment(states, effect, context);
  return payment?.status === 'requested' ? voided(payment) : notOurs(payment);
}

/** Undo of authorize: puts back exactly what its `account.held` took. Impossible once the money was captured. */
function reverse(
  states: Payments,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
): Decision {
  const payment = ourPayment(states, effect, context);
  return payment?.status === 'authorized' ? voided(payment) : notOurs(payment);
}

/** The release that undoes what the provider authorized; nothing for payments older than the provider. */
function release(effect: readonly RecordedEvent[]): Json | undefined {
  const data = effect.find(({ type }) => type === 'payment.authorized')?.data;
  if (typeof data?.providerRef !== 'string') return undefined;
  const { orderId, amountCents, currency, providerRef } = data as PaymentData;
  return {
    ...{ operation: 'release', reference: orderId, authorization: providerRef },
    ...{ amountCents, currency },
  } satisfies ProviderCall;
}

type PaymentData = Pick<PaymentState, 'orderId' | 'amountCents' | 'currency'> & {
  readonly providerRef: string;
};

/** The payment whose lock this very effect took; undefined where the effect holds no money or the hold is gone. */
function ourPayment(
  states: Payments,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
): PaymentState | undefined {
  const [taking] = effect.filter(({ type }) => lockTaking.has(type));
  if (taking === undefined) return undefined;
  const payment = paymentOf(states, (taking.data as { orderId: string }).orderId);
  const isOurs = payment?.heldBy === context.sagaId && payment.heldSinceSeq === taking.seq;
  return isOurs ? payment : undefined;
}

/** The request takes the lock; payments older than the provider took it when they were authorized. */
const lockTaking = new Set(['payment.requested', 'payment.authorized']);

const notOurs = (payment: PaymentState | undefined): Decision =>
  impossible(
    `the hold is gone${payment === undefined ? '' : `, the payment is ${payment.status}`}`,
  );

const released = ({ customerId, orderId, amountCents }: PaymentState): NewEvent =>
  accountFact('account.released', { customerId, orderId, amountCents });

const voided = (payment: PaymentState): Decision =>
  happened([paymentFact('payment.voided', moneyOf(payment)), released(payment)]);

/** Holds the money of an order on the account and at the card provider. */
export const authorize: OutsideHandler<PaymentsState, Authorize> = {
  aggregates: ({ orderId, customerId }) => [
    paymentAggregate(orderId),
    accountAggregate(customerId),
  ],
  intend,
  conclude,
  abandon,
};

/** Undoes {@link authorize}. */
export const voidAuthorization: UndoHandler<PaymentsState> = { outside: release, reverse };
