import type { Decision, Intention } from '../../../platform/kernel/decision';
import {
  busy,
  happened,
  impossible,
  intended,
  refused,
  unchanged,
} from '../../../platform/kernel/decision';
import type { DecisionContext, OutsideHandler } from '../../../platform/participant/service';
import { accountFact } from '../account';
import type { OrderRef, Payments, PaymentsState } from '../decider';
import { accountBehind, paymentOf } from '../decider';
import type { PaymentState } from '../payment';
import { moneyOf, paymentAggregate, paymentFact } from '../payment';
import type { ProviderCall } from '../provider/calls';

type Handler = OutsideHandler<PaymentsState, OrderRef>;

/** What each of the two does to the money, here and at the provider. */
const moves = {
  capture: { from: 'authorized', onPayment: 'payment.captured', onAccount: 'account.charged' },
  refund: { from: 'captured', onPayment: 'payment.refunded', onAccount: 'account.refunded' },
} as const;

type Move = keyof typeof moves;

/** Takes the money that was set aside and releases the lock. An authorization is captured or voided once. */
function intendCapture(
  states: Payments,
  input: OrderRef,
  context: DecisionContext,
): Decision | Intention {
  const payment = paymentOf(states, input.orderId);
  if (payment === undefined || payment.status === 'declined') {
    return refused('NOT_AUTHORIZED', 'nothing is authorized for this order');
  }
  if (payment.status === 'voided') return refused('ALREADY_VOIDED', 'the authorization is void');
  if (payment.status === 'captured' || payment.status === 'refunded') {
    return refused('ALREADY_CAPTURED', `the payment is ${payment.status}`);
  }
  if (payment.heldBy !== context.sagaId) return busy(payment.heldBy ?? '');
  if (payment.status === 'requested') {
    return refused('NOT_AUTHORIZED', 'the provider has not authorized it yet');
  }
  return asked('capture', payment);
}

/** Gives captured money back, once. */
function intendRefund(states: Payments, input: OrderRef): Decision | Intention {
  const payment = paymentOf(states, input.orderId);
  if (payment?.status === 'refunded') return refused('ALREADY_REFUNDED', 'the money went back');
  if (payment?.status !== 'captured') {
    return refused('NOT_CAPTURED', `the payment is ${payment?.status ?? 'unknown'}`);
  }
  return asked('refund', payment);
}

/** Payments older than the provider are known to nobody outside: they move on our accounts alone. */
function asked(operation: Move, payment: PaymentState): Decision | Intention {
  const { orderId: reference, amountCents, currency, providerRef: authorization } = payment;
  if (typeof authorization !== 'string') return moved(operation, payment);
  const call: ProviderCall = { operation, reference, authorization, amountCents, currency };
  return intended(call);
}

function moved(operation: Move, payment: PaymentState): Decision {
  const { onPayment, onAccount } = moves[operation];
  const { customerId, orderId, amountCents } = payment;
  return happened(
    [
      paymentFact(onPayment, moneyOf(payment)),
      accountFact(onAccount, { customerId, orderId, amountCents }),
    ],
    { amountCents },
  );
}

/** Our refusals for what the provider refuses; what is not listed says that there is nothing to take. */
const refusals: Readonly<Record<Move, Readonly<Record<string, string>>>> = {
  capture: { AUTHORIZATION_RELEASED: 'ALREADY_VOIDED', ALREADY_CAPTURED: 'ALREADY_CAPTURED' },
  refund: { ALREADY_REFUNDED: 'ALREADY_REFUNDED' },
};
const otherwise: Readonly<Record<Move, string>> = {
  capture: 'NOT_AUTHORIZED',
  refund: 'NOT_CAPTURED',
};

function conclude(operation: Move): Handler['conclude'] {
  return (states, { call, word }) => {
    if (word.word === 'refused') {
      return refused(refusals[operation][word.code] ?? otherwise[operation], word.detail);
    }
    const payment = paymentOf(states, (call as ProviderCall).reference);
    const { from } = moves[operation];
    if (payment?.status === from) return moved(operation, payment);
    return impossible(`the provider did the ${operation}, and the payment is not ${from}`);
  };
}

const shared = {
  aggregates: ({ orderId }: OrderRef) => [paymentAggregate(orderId)],
  related: accountBehind,
  /** Neither sets anything aside before it asks. */
  abandon: () => unchanged(),
};

/** The pivot of an order: takes what {@link authorize} held. */
export const capture: Handler = {
  ...shared,
  intend: intendCapture,
  conclude: conclude('capture'),
};

/** Gives back what {@link capture} took. */
export const refund: Handler = { ...shared, intend: intendRefund, conclude: conclude('refund') };
