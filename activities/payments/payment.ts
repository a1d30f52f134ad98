import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import { outOfPlace } from '../fold';
import type { Currency } from '../values';

/**
 * Money stands in `authorized` and `captured`, and is set aside in `requested` while the card provider is asked; over
 * `declined` and `voided` a new authorization may come.
 */
export type PaymentStatus =
  'requested' | 'declined' | 'authorized' | 'voided' | 'captured' | 'refunded';

/** The payment of one order: aggregate `payment/<orderId>`. */
export type PaymentState = {
  readonly kind: 'payment';
  readonly orderId: string;
  readonly customerId: string;
  readonly amountCents: number;
  readonly currency: Currency;
  readonly status: PaymentStatus;
  /** Why the last authorization was declined; null otherwise. */
  readonly declinedFor: string | null;
  /** The provider's id of the authorization; null where none stands, and in payments older than the provider. */
  readonly providerRef: string | null;
  /** The cardholder's bank took the charge back into question under this id; absent where nobody did. */
  readonly disputedAs?: string;
  /** Semantic lock, from the request until capture or void: past the pivot nothing is left to protect. */
  readonly heldBy: string | null;
  /** Number of the event that took the lock: an undo reverses that very event, never a later one like it. */
  readonly heldSinceSeq: number | null;
};

type Money = Pick<PaymentState, 'orderId' | 'customerId' | 'amountCents' | 'currency'>;

/** Every fact about a payment, by event type. */
export type PaymentFacts = {
  'payment.requested': Money & { readonly heldBy: string };
  'payment.authorized': Money & { readonly heldBy: string; readonly providerRef?: string };
  'payment.declined': Money & { readonly reason: string };
  'payment.voided': Money;
  'payment.captured': Money;
  'payment.refunded': Money;
  'payment.disputed': Money & { readonly disputeId: string; readonly reason: string };
};

type PaymentFact = {
  [Type in keyof PaymentFacts]: { readonly type: Type; readonly data: PaymentFacts[Type] };
}[keyof PaymentFacts];

/** Id of a payment's aggregate. */
export function paymentAggregate(orderId: string): string {
  return `payment/${orderId}`;
}

/** Builds the event of a fact about a payment. */
export function paymentFact<Type extends keyof PaymentFacts>(
  type: Type,
  data: PaymentFacts[Type],
): NewEvent {
  return { aggregateId: paymentAggregate(data.orderId), type, data };
}

/** What every payment fact carries, taken from the payment itself. */
export function moneyOf(payment: PaymentState): Money {
  const { orderId, customerId, amountCents, currency } = payment;
  return { orderId, customerId, amountCents, currency };
}

/** True while the payment has money of the account set aside, and a saga holds it. */
export function isHeld({ status }: Pick<PaymentState, 'status'>): boolean {
  return status === 'requested' || status === 'authorized';
}

const unheld = { heldBy: null, heldSinceSeq: null } as const;

/** The fold of a payment's events; throws `INVARIANT_BROKEN` for an event that cannot come where it stands. */
export function evolvePayment(state: PaymentState | undefined, event: RecordedEvent): PaymentState {
  const fact = event as unknown as PaymentFact;
  switch (fact.type) {
    case 'payment.requested': {
      const { heldBy, ...money } = fact.data;
      const lock = { heldBy, heldSinceSeq: event.seq };
      return { ...fresh, ...money, status: 'requested', declinedFor: null, ...lock };
    }
    case 'payment.authorized': {
      const { heldBy, providerRef = null, ...money } = fact.data;
      const lock = { heldBy, heldSinceSeq: heldSince(state, event) };
      return { ...fresh, ...money, status: 'authorized', declinedFor: null, ...lock, providerRef };
    }
    case 'payment.declined': {
      const { reason, ...money } = fact.data;
      return { ...fresh, ...money, status: 'declined', declinedFor: reason, ...unheld };
    }
    case 'payment.disputed':
      // A question and no answer: the money stands where it stood.
      if (state === undefined) throw outOfPlace(event);
      return { ...state, disputedAs: fact.data.disputeId };
    default:
      if (state === undefined) throw outOfPlace(event);
      return { ...state, status: endOf(fact, event), ...unheld };
  }
}

const fresh = { kind: 'payment', providerRef: null } as const;

/** The lock was taken by the request; payments older than the provider were authorized without one. */
function heldSince(state: PaymentState | undefined, event: RecordedEvent): number {
  return state?.status === 'requested' ? (state.heldSinceSeq ?? event.seq) : event.seq;
}

function endOf(fact: PaymentFact, event: RecordedEvent): PaymentStatus {
  if (fact.type === 'payment.voided') return 'voided';
  if (fact.type === 'payment.captured') return 'captured';
  if (fact.type === 'payment.refunded') return 'refunded';
  throw outOfPlace(event);
}
