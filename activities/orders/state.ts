import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import { outOfPlace } from '../fold';
import type { Currency, OrderLine } from '../values';

/** `open` and `return-requested` are held by a saga; the others are at rest. */
export type OrderStatus = 'open' | 'rejected' | 'confirmed' | 'return-requested' | 'returned';

/** What a customer wants and what became of it: aggregate `order/<orderId>`. */
export type OrderState = {
  readonly kind: 'order';
  readonly orderId: string;
  readonly customerId: string;
  readonly lines: readonly OrderLine[];
  readonly amountCents: number;
  readonly currency: Currency;
  /** Where it goes, sealed with the customer's key: nobody here can read it. */
  readonly delivery?: string;
  readonly status: OrderStatus;
  /** Saga that opened it: the only one that may open it again after its own undo. */
  readonly openedBy: string;
  /** Semantic lock: the saga at work on this order; null while the order is at rest. */
  readonly heldBy: string | null;
  /** Number of the event that took the lock: an undo reverses that very event, never a later one like it. */
  readonly heldSinceSeq: number | null;
};

type OrderRef = { readonly orderId: string };

/** Every fact about an order, by event type. */
export type OrderFacts = {
  'order.opened': Pick<
    OrderState,
    'orderId' | 'customerId' | 'lines' | 'amountCents' | 'currency' | 'delivery'
  > & { readonly heldBy: string };
  'order.rejected': OrderRef;
  'order.confirmed': OrderRef;
  'order.return-requested': OrderRef & { readonly heldBy: string };
  'order.return-cancelled': OrderRef;
  'order.returned': OrderRef;
};

type OrderFact = {
  [Type in keyof OrderFacts]: { readonly type: Type; readonly data: OrderFacts[Type] };
}[keyof OrderFacts];

/** Id of an order's aggregate. */
export function orderAggregate(orderId: string): string {
  return `order/${orderId}`;
}

/** Builds the event of a fact about an order. */
export function orderFact<Type extends keyof OrderFacts>(
  type: Type,
  data: OrderFacts[Type],
): NewEvent {
  return { aggregateId: orderAggregate(data.orderId), type, data };
}

const unheld = { heldBy: null, heldSinceSeq: null } as const;

/** The fold of an order's events; throws `INVARIANT_BROKEN` for an event that cannot come where it stands. */
export function evolveOrder(state: OrderState | undefined, event: RecordedEvent): OrderState {
  const fact = event as unknown as OrderFact;
  if (fact.type === 'order.opened') {
    const { heldBy, ...order } = fact.data;
    const lock = { openedBy: heldBy, heldBy, heldSinceSeq: event.seq };
    return { kind: 'order', ...order, status: 'open', ...lock };
  }
  if (state === undefined) throw outOfPlace(event);
  switch (fact.type) {
    case 'order.rejected':
      return { ...state, status: 'rejected', ...unheld };
    case 'order.confirmed':
    case 'order.return-cancelled':
      return { ...state, status: 'confirmed', ...unheld };
    case 'order.return-requested':
      return {
        ...state,
        status: 'return-requested',
        heldBy: fact.data.heldBy,
        heldSinceSeq: event.seq,
      };
    case 'order.returned':
      return { ...state, status: 'returned', ...unheld };
    default:
      throw outOfPlace(event);
  }
}
