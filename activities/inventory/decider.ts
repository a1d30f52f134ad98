import type { z } from 'zod';
import type { Decision, NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import { busy, happened, impossible, refused } from '../../platform/kernel/decision';
import type { DecisionContext, States } from '../../platform/participant/service';
import { outOfPlace } from '../fold';
import type { OrderLine } from '../values';
import type { inventory } from './contract';
import type { ProductState } from './product';
import { evolveProduct, productAggregate, productFact } from './product';
import type { ReservationState } from './reservation';
import { evolveReservation, reservationAggregate, reservationFact } from './reservation';

/** Either aggregate of the inventory service; `kind` says which. */
export type InventoryState = ProductState | ReservationState;
type Inventory = States<InventoryState>;
type Reserve = z.output<(typeof inventory)['contract']['commands']['reserve']['input']>;
type OrderRef = { readonly orderId: string };

/** A command changes 2 items a line in one DynamoDB transaction of at most 100: state and event. */
export const orderLinesMax = 40;

/** The product, or undefined while it has not been added. */
export function productOf(states: Inventory, sku: string): ProductState | undefined {
  const state = states(productAggregate(sku));
  return state?.kind === 'product' ? state : undefined;
}

/** The reservation, or undefined while nothing was ever reserved for its order. */
export function reservationOf(states: Inventory, orderId: string): ReservationState | undefined {
  const state = states(reservationAggregate(orderId));
  return state?.kind === 'reservation' ? state : undefined;
}

/** The products of a reservation, which only the reservation names. */
export function productsBehind(states: Inventory, input: OrderRef): readonly string[] {
  const lines = reservationOf(states, input.orderId)?.lines ?? [];
  return lines.map((line) => productAggregate(line.sku));
}

/** Sets the pieces of every line aside, or of none, and takes the reservation's lock. */
export function reserve(states: Inventory, input: Reserve, context: DecisionContext): Decision {
  const { orderId, lines } = input;
  const reservation = reservationOf(states, orderId);
  if (reservation?.status === 'reserved' && reservation.heldBy !== context.sagaId) {
    return busy(reservation.heldBy ?? '');
  }
  if (reservation !== undefined && reservation.status !== 'released') {
    return refused('RESERVATION_EXISTS', `the reservation is ${reservation.status}`);
  }
  const refusal = refusalOfLines(states, input);
  if (refusal !== undefined) return refusal;
  return happened([
    reservationFact('reservation.made', { orderId, lines, heldBy: context.sagaId }),
    ...lines.map((line) => productFact('stock.reserved', { ...line, orderId })),
  ]);
}

function refusalOfLines(states: Inventory, input: Reserve): Decision | undefined {
  if (input.lines.length > orderLinesMax) {
    return refused('TOO_MANY_LINES', `at most ${orderLinesMax} products an order`);
  }
  let totalCents = 0;
  const short: string[] = [];
  for (const { sku, quantity } of input.lines) {
    const product = productOf(states, sku);
    if (product === undefined) return refused('UNKNOWN_PRODUCT', `there is no product ${sku}`);
    if (product.currency !== input.currency) {
      return refused('CURRENCY_MISMATCH', `${sku} is sold in ${product.currency}`);
    }
    totalCents += product.priceCents * quantity;
    if (product.available < quantity) short.push(sku);
  }
  if (totalCents !== input.amountCents) {
    return refused('PRICE_CHANGED', `the lines cost ${totalCents} cents now`);
  }
  return short.length > 0 ? refused('OUT_OF_STOCK', `short of ${short.join(', ')}`) : undefined;
}

/** Undo of reserve: puts back exactly what its `stock.reserved` took. Impossible once the pieces were shipped. */
export function release(
  states: Inventory,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
): Decision {
  const made = effect.find((event) => event.type === 'reservation.made');
  if (made === undefined) return impossible('the recorded effect made no reservation');
  const { orderId, lines } = made.data as unknown as Pick<ReservationState, 'orderId' | 'lines'>;
  const reservation = reservationOf(states, orderId);
  const isOurs = reservation?.heldBy === context.sagaId && reservation.heldSinceSeq === made.seq;
  if (reservation?.status !== 'reserved' || !isOurs) {
    return impossible(`the reservation is ${reservation?.status ?? 'unknown'}, no longer ours`);
  }
  const taken = effect.filter((event) => event.type === 'stock.reserved');
  return happened([
    reservationFact('reservation.released', { orderId, lines }),
    ...taken.map((event) =>
      productFact('stock.released', event.data as unknown as OrderLine & OrderRef),
    ),
  ]);
}

/** Hands the reserved pieces to the carrier and releases the lock. */
export function ship(states: Inventory, input: OrderRef, context: DecisionContext): Decision {
  const reservation = reservationOf(states, input.orderId);
  if (reservation === undefined || reservation.status === 'released') {
    return refused('NOT_RESERVED', 'nothing is reserved for this order');
  }
  if (reservation.status !== 'reserved') {
    return refused('ALREADY_SHIPPED', `the reservation is ${reservation.status}`);
  }
  if (reservation.heldBy !== context.sagaId) return busy(reservation.heldBy ?? '');
  return happened(moved(reservation, 'reservation.shipped', 'stock.shipped'));
}

/** Takes shipped pieces back into the stock, once. */
export function restock(states: Inventory, input: OrderRef): Decision {
  const reservation = reservationOf(states, input.orderId);
  if (reservation?.status === 'restocked') {
    return refused('ALREADY_RESTOCKED', 'the pieces are back in stock');
  }
  if (reservation?.status !== 'shipped') {
    return refused('NOT_SHIPPED', `the reservation is ${reservation?.status ?? 'unknown'}`);
  }
  return happened(moved(reservation, 'reservation.restocked', 'stock.restocked'));
}

function moved(
  { orderId, lines }: ReservationState,
  onReservation: 'reservation.shipped' | 'reservation.restocked',
  onStock: 'stock.shipped' | 'stock.restocked',
): readonly NewEvent[] {
  return [
    reservationFact(onReservation, { orderId, lines }),
    ...lines.map((line) => productFact(onStock, { ...line, orderId })),
  ];
}

/** The fold of either aggregate; the prefix of the id says which. */
export function evolveInventory(
  state: InventoryState | undefined,
  event: RecordedEvent,
): InventoryState {
  if (event.aggregateId.startsWith('product/') && state?.kind !== 'reservation') {
    return evolveProduct(state, event);
  }
  if (event.aggregateId.startsWith('reservation/') && state?.kind !== 'product') {
    return evolveReservation(state, event);
  }
  throw outOfPlace(event);
}
