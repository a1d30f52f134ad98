import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import { outOfPlace } from '../fold';
import type { Currency } from '../values';

/**
 * A customer's account: aggregate `account/<customerId>`. All amounts in cents of `currency`. At every commit
 * credited - charged + refunded = available + held, and nothing is negative.
 */
export type AccountState = {
  readonly kind: 'account';
  readonly customerId: string;
  readonly currency: Currency;
  /** Most that one payment may take. */
  readonly limitCents: number;
  readonly cardBlocked: boolean;
  readonly availableCents: number;
  /** Set aside by authorizations that are neither captured nor voided. */
  readonly heldCents: number;
  /** Totals since the account was opened; they only grow. */
  readonly creditedCents: number;
  readonly chargedCents: number;
  readonly refundedCents: number;
};

type CustomerRef = { readonly customerId: string };
/** What moves on an account on behalf of an order. */
type Movement = CustomerRef & { readonly orderId: string; readonly amountCents: number };

/** Every fact about an account, by event type. */
export type AccountFacts = {
  'account.opened': CustomerRef & { readonly currency: Currency; readonly limitCents: number };
  'account.credited': CustomerRef & { readonly amountCents: number };
  'account.card-blocked': CustomerRef;
  'account.card-unblocked': CustomerRef;
  'account.held': Movement;
  'account.released': Movement;
  'account.charged': Movement;
  'account.refunded': Movement;
};

type AccountFact = {
  [Type in keyof AccountFacts]: { readonly type: Type; readonly data: AccountFacts[Type] };
}[keyof AccountFacts];

/** Id of an account's aggregate. */
export function accountAggregate(customerId: string): string {
  return `account/${customerId}`;
}

/** Builds the event of a fact about an account. */
export function accountFact<Type extends keyof AccountFacts>(
  type: Type,
  data: AccountFacts[Type],
): NewEvent {
  return { aggregateId: accountAggregate(data.customerId), type, data };
}

/** The fold of an account's events; throws `INVARIANT_BROKEN` for an event that cannot come where it stands. */
export function evolveAccount(state: AccountState | undefined, event: RecordedEvent): AccountState {
  const fact = event as unknown as AccountFact;
  if (state === undefined) {
    if (fact.type !== 'account.opened') throw outOfPlace(event);
    return { ...empty, ...fact.data };
  }
  switch (fact.type) {
    case 'account.card-blocked':
      return { ...state, cardBlocked: true };
    case 'account.card-unblocked':
      return { ...state, cardBlocked: false };
    case 'account.opened':
      throw outOfPlace(event);
    default:
      return moveMoney(state, fact, event);
  }
}

const empty = {
  kind: 'account',
  cardBlocked: false,
  availableCents: 0,
  heldCents: 0,
  creditedCents: 0,
  chargedCents: 0,
  refundedCents: 0,
} as const;

function moveMoney(state: AccountState, fact: AccountFact, event: RecordedEvent): AccountState {
  const { availableCents, heldCents, creditedCents, chargedCents, refundedCents } = state;
  const cents = 'amountCents' in fact.data ? fact.data.amountCents : 0;
  switch (fact.type) {
    case 'account.credited':
      return {
        ...state,
        availableCents: availableCents + cents,
        creditedCents: creditedCents + cents,
      };
    case 'account.held':
      return { ...state, availableCents: availableCents - cents, heldCents: heldCents + cents };
    case 'account.released':
      return { ...state, availableCents: availableCents + cents, heldCents: heldCents - cents };
    case 'account.charged':
      return { ...state, heldCents: heldCents - cents, chargedCents: chargedCents + cents };
    case 'account.refunded':
      return {
        ...state,
        availableCents: availableCents + cents,
        refundedCents: refundedCents + cents,
      };
    default:
      throw outOfPlace(event);
  }
}
