import type { LogEvent } from '../../platform/event-log/envelope';
import { aLogEvent } from './log-events';

type Told = Partial<LogEvent> & Pick<LogEvent, 'type' | 'data'>;

/** Gives one aggregate's events their numbers, and times that grow. */
function history(service: string, aggregateId: string, events: readonly Told[]): LogEvent[] {
  return events.map((event, index) =>
    aLogEvent({
      ...{ service, aggregateId, seq: index + 1, epoch: 1, direction: 'forward' },
      time: `2026-11-23T10:00:${String(index * 7 + service.length).padStart(2, '0')}.000Z`,
      ...event,
    }),
  );
}

/**
 * What the log holds after one order was placed, a history per aggregate: all went well, the card was declined, or the
 * saga turned back and a person let it go forward again.
 */
export function placedOrder(orderId: string, outcome: 'completed' | 'declined' | 'resumed') {
  const workflowId = `place-order-${orderId}`;
  const sagaId = `${workflowId}/run`;
  const names = { sagaId, saga: 'place-order', workflowId };
  const money = { orderId, customerId: 'ada', amountCents: 1200, currency: 'EUR' };
  const lines = [{ sku: 'tea', quantity: 2 }];
  const open = { ...money, lines, heldBy: sagaId };
  const order = { orderId };
  const pieces = { orderId, sku: 'tea', quantity: 2 };
  const again = { epoch: 2 };
  const step = (name: string, told: Told): Told => ({ sagaId, step: name, ...told });
  const undo = { direction: 'undo' } as const;
  const start = {
    ...names,
    businessKey: orderId,
    owner: 'ada',
    requestHash: 'h',
    deadlineAt: '2026-11-23T11:00:00.000Z',
  };
  const finish = (data: object) => ({ type: 'saga.finished', data: { ...names, ...data } }) as Told;

  if (outcome === 'resumed') {
    return [
      history('sagas', `saga/${workflowId}`, [{ type: 'saga.started', data: start }]),
      history('orders', `order/${orderId}`, [
        step('open order', { type: 'order.opened', data: open }),
        step('open order', { type: 'order.rejected', data: order, ...undo }),
        step('open order', { type: 'order.opened', data: open, epoch: 2 }),
      ]),
      history('inventory', `reservation/${orderId}`, [
        step('reserve stock', {
          type: 'reservation.made',
          data: { ...order, lines, heldBy: sagaId },
        }),
        step('reserve stock', { type: 'reservation.released', data: { ...order, lines }, ...undo }),
        step('reserve stock', {
          ...again,
          type: 'reservation.made',
          data: { ...order, lines, heldBy: sagaId },
        }),
      ]),
      history('inventory', 'stock/tea', [
        step('reserve stock', { type: 'stock.reserved', data: pieces }),
        step('reserve stock', { type: 'stock.released', data: pieces, ...undo }),
        step('reserve stock', { ...again, type: 'stock.reserved', data: pieces }),
      ]),
    ];
  }
  if (outcome === 'declined') {
    const steps = [
      { name: 'open order', kind: 'compensatable', status: 'undone' },
      { name: 'reserve stock', kind: 'compensatable', status: 'undone' },
      {
        name: 'authorize payment',
        kind: 'compensatable',
        status: 'refused',
        reason: 'CARD_DECLINED',
      },
    ];
    return [
      history('sagas', `saga/${workflowId}`, [
        { type: 'saga.started', data: start },
        finish({ outcome: 'compensated', reason: 'CARD_DECLINED', steps }),
      ]),
      history('orders', `order/${orderId}`, [
        step('open order', { type: 'order.opened', data: open }),
        step('open order', { type: 'order.rejected', data: order, ...undo }),
      ]),
      history('inventory', `reservation/${orderId}`, [
        step('reserve stock', {
          type: 'reservation.made',
          data: { orderId, lines, heldBy: sagaId },
        }),
        step('reserve stock', { type: 'reservation.released', data: { orderId, lines }, ...undo }),
      ]),
      history('payments', `payment/${orderId}`, [
        step('authorize payment', {
          type: 'payment.declined',
          data: { ...money, reason: 'CARD_DECLINED' },
        }),
      ]),
    ];
  }
  return [
    history('sagas', `saga/${workflowId}`, [
      { type: 'saga.started', data: start },
      finish({ outcome: 'completed', steps: [] }),
    ]),
    history('orders', `order/${orderId}`, [
      step('open order', { type: 'order.opened', data: open }),
      step('confirm order', { type: 'order.confirmed', data: order }),
    ]),
    history('inventory', `reservation/${orderId}`, [
      step('reserve stock', { type: 'reservation.made', data: { orderId, lines, heldBy: sagaId } }),
      step('ship stock', { type: 'reservation.shipped', data: { orderId, lines } }),
    ]),
    history('inventory', 'stock/tea', [
      step('reserve stock', { type: 'stock.reserved', data: pieces }),
      step('ship stock', { type: 'stock.shipped', data: pieces }),
    ]),
    history('payments', `payment/${orderId}`, [
      step('authorize payment', { type: 'payment.authorized', data: { ...money, heldBy: sagaId } }),
      step('capture payment', { type: 'payment.captured', data: money }),
    ]),
  ];
}
