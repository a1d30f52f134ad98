import type { BrokenRule, FamilyEvent } from '../platform/audit/family';

/** Everything a saga moved across orders, payments and inventory: cents, and pieces by product. */
interface Moved {
  /** Orders it opened and has neither confirmed nor rejected. */
  readonly open: ReadonlyMap<string, number>;
  readonly confirmedCents: number;
  readonly capturedCents: number;
  readonly chargedCents: number;
  readonly refundedCents: number;
  /** What payments say was given back. */
  readonly paidBackCents: number;
  /** Set aside on accounts, and neither charged nor released. */
  readonly heldCents: number;
  readonly pieces: ReadonlyMap<string, Pieces>;
  readonly returns: number;
  readonly closed: number;
}

interface Pieces {
  /** In confirmed orders. */
  readonly ordered: number;
  /** Set aside, and neither shipped nor put back. */
  readonly reserved: number;
  /** Shipped, less what was taken back. */
  readonly shipped: number;
}

interface Data {
  readonly orderId?: string;
  readonly amountCents?: number;
  readonly sku?: string;
  readonly quantity?: number;
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
}

const nothing: Pieces = { ordered: 0, reserved: 0, shipped: 0 };

/** Sign with which an event counts, by quantity and event type. */
const signs: Readonly<Record<string, Readonly<Record<string, 1 | -1>>>> = {
  captured: { 'payment.captured': 1 },
  paidBack: { 'payment.refunded': 1 },
  charged: { 'account.charged': 1 },
  refunded: { 'account.refunded': 1 },
  held: { 'account.held': 1, 'account.released': -1, 'account.charged': -1 },
  reserved: { 'stock.reserved': 1, 'stock.released': -1, 'stock.shipped': -1 },
  shipped: { 'stock.shipped': 1, 'stock.restocked': -1 },
  returns: { 'order.return-requested': 1, 'order.return-cancelled': -1, 'order.returned': -1 },
  closed: { 'order.returned': 1 },
};

const signOf = (quantity: string, type: string): number => signs[quantity]?.[type] ?? 0;

/** Adds up what the events of a family say. */
export function movedBy(events: readonly FamilyEvent[]): Moved {
  const cents = (quantity: string): number =>
    events.reduce((sum, { type, data }) => {
      return sum + signOf(quantity, type) * ((data as Data).amountCents ?? 0);
    }, 0);
  const times = (quantity: string): number =>
    events.reduce((sum, { type }) => sum + signOf(quantity, type), 0);
  const orders = ordersIn(events);
  return {
    ...{ open: orders.open, confirmedCents: orders.confirmedCents },
    ...{ capturedCents: cents('captured'), chargedCents: cents('charged') },
    ...{ refundedCents: cents('refunded'), paidBackCents: cents('paidBack') },
    ...{ heldCents: cents('held'), pieces: piecesIn(events, orders.confirmed) },
    ...{ returns: times('returns'), closed: times('closed') },
  };
}

function ordersIn(events: readonly FamilyEvent[]) {
  const open = new Map<string, number>();
  const known = new Map<string, Data>();
  const confirmed: Data[] = [];
  let confirmedCents = 0;
  for (const { type, aggregateId, data } of events) {
    if (type === 'order.opened') {
      known.set(aggregateId, data);
      open.set(aggregateId, (data as Data).amountCents ?? 0);
    } else if (type === 'order.rejected') open.delete(aggregateId);
    else if (type === 'order.confirmed') {
      open.delete(aggregateId);
      const order = known.get(aggregateId) ?? {};
      confirmed.push(order);
      confirmedCents += order.amountCents ?? 0;
    }
  }
  return { open, confirmed, confirmedCents };
}

function piecesIn(
  events: readonly FamilyEvent[],
  confirmed: readonly Data[],
): ReadonlyMap<string, Pieces> {
  const pieces = new Map<string, Pieces>();
  const add = (sku: string, more: Partial<Pieces>): void => {
    const known = pieces.get(sku) ?? nothing;
    const { ordered = 0, reserved = 0, shipped = 0 } = more;
    pieces.set(sku, {
      ordered: known.ordered + ordered,
      reserved: known.reserved + reserved,
      shipped: known.shipped + shipped,
    });
  };
  for (const { type, data } of events) {
    const { sku, quantity = 0 } = data as Data;
    if (sku === undefined) continue;
    const reserved = signOf('reserved', type) * quantity;
    add(sku, { reserved, shipped: signOf('shipped', type) * quantity });
  }
  for (const { lines = [] } of confirmed) {
    for (const { sku, quantity } of lines) add(sku, { ordered: quantity });
  }
  return pieces;
}

/** Names the rules that do not hold, with the numbers they are about. */
export function brokenRules(
  rules: Readonly<Record<string, readonly (readonly [what: string, is: number, must: number])[]>>,
): readonly BrokenRule[] {
  return Object.entries(rules).flatMap(([rule, facts]) =>
    facts
      .filter(([, is, must]) => is !== must)
      .map(([what, is, must]) => ({ rule, detail: `${what} is ${is}, must be ${must}` })),
  );
}
