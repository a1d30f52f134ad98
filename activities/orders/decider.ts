import type { z } from 'zod';
import type { Decision, RecordedEvent } from '../../platform/kernel/decision';
import { busy, happened, impossible, refused } from '../../platform/kernel/decision';
import type { DecisionContext, States } from '../../platform/participant/service';
import type { orders } from './contract';
import type { OrderState } from './state';
import { orderAggregate, orderFact } from './state';

type Commands = (typeof orders)['contract']['commands'];
type Orders = States<OrderState>;
type OrderRef = { readonly orderId: string };
type Open = z.output<Commands['open']['input']>;
type RequestReturn = z.output<Commands['requestReturn']['input']>;

/**
 * Opens an order and takes its lock. An order id is used once: even a rejected order keeps it, since its history stays.
 * Only the saga that opened it may open it again, after its own undo (resume forward).
 */
export function openOrder(states: Orders, input: Open, context: DecisionContext): Decision {
  const order = states(orderAggregate(input.orderId));
  const isOurOwnUndone = order?.status === 'rejected' && order.openedBy === context.sagaId;
  if (order !== undefined && !isOurOwnUndone) {
    return refused('ORDER_EXISTS', `order ${input.orderId} is ${order.status}`);
  }
  return happened([orderFact('order.opened', { ...input, heldBy: context.sagaId })]);
}

/** Undo of open. Impossible once the order was confirmed or belongs to another saga. */
export function rejectOrder(
  states: Orders,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
): Decision {
  return reverseHeld(states, effect, context, { from: 'open', event: 'order.rejected' });
}

/** Ends the placing of an order and releases its lock. */
export function confirmOrder(states: Orders, input: OrderRef, context: DecisionContext): Decision {
  const order = states(orderAggregate(input.orderId));
  if (order?.status !== 'open') {
    return refused('ORDER_NOT_OPEN', `order ${input.orderId} is ${order?.status ?? 'unknown'}`);
  }
  if (order.heldBy !== context.sagaId) return busy(order.heldBy ?? '');
  return happened([orderFact('order.confirmed', { orderId: order.orderId })]);
}

/**
 * Begins a return, takes the lock and answers what to refund and restock. A foreign order is unknown to the caller:
 * telling the difference would tell which order ids exist.
 */
export function requestReturn(
  states: Orders,
  input: RequestReturn,
  context: DecisionContext,
): Decision {
  const order = states(orderAggregate(input.orderId));
  if (order === undefined || order.customerId !== input.customerId) {
    return refused('UNKNOWN_ORDER', `no order ${input.orderId} of this customer`);
  }
  if (order.status === 'returned') return refused('ALREADY_RETURNED', 'the order was returned');
  if (order.heldBy !== null && order.heldBy !== context.sagaId) return busy(order.heldBy);
  if (order.status !== 'confirmed') {
    return refused('ORDER_NOT_CONFIRMED', `the order is ${order.status}`);
  }
  const { orderId, lines, amountCents, currency } = order;
  return happened([orderFact('order.return-requested', { orderId, heldBy: context.sagaId })], {
    lines,
    amountCents,
    currency,
  });
}

/** Undo of requestReturn. Impossible once the return was closed. */
export function cancelReturn(
  states: Orders,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
): Decision {
  return reverseHeld(states, effect, context, {
    from: 'return-requested',
    event: 'order.return-cancelled',
  });
}

/** Ends a return and releases the lock. */
export function closeReturn(states: Orders, input: OrderRef, context: DecisionContext): Decision {
  const order = states(orderAggregate(input.orderId));
  if (order?.status !== 'return-requested') {
    return refused('RETURN_NOT_REQUESTED', `order is ${order?.status ?? 'unknown'}`);
  }
  if (order.heldBy !== context.sagaId) return busy(order.heldBy ?? '');
  return happened([orderFact('order.returned', { orderId: order.orderId })]);
}

/** Reverses an effect that took the lock: possible exactly while that very effect still holds the order. */
function reverseHeld(
  states: Orders,
  effect: readonly RecordedEvent[],
  context: DecisionContext,
  step: { from: OrderState['status']; event: 'order.rejected' | 'order.return-cancelled' },
): Decision {
  const events = effect.map((recorded) => {
    const order = states(recorded.aggregateId);
    const isHeldByUs = order?.heldBy === context.sagaId && order.heldSinceSeq === recorded.seq;
    const isOurs = order?.status === step.from && isHeldByUs;
    return isOurs ? orderFact(step.event, { orderId: order.orderId }) : undefined;
  });
  if (events.includes(undefined)) return impossible(`an order is no longer ${step.from} and ours`);
  return happened(events.filter((event) => event !== undefined));
}
