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

/** Everything the histories of one order are made of. */
function partsOf(orderId: string) {
  const workflowId = `place-order-${orderId}`;
  const sagaId = `${workflowId}/run`;
  const names = { sagaId, saga: 'place-order', workflowId };
  const money = { orderId, customerId: 'ada', amountCents: 1200, currency: 'EUR' };
  const lines = [{ sku: 'tea', quantity: 2 }];
  const deadlineAt = '2026-11-23T11:00:00.000Z';
  const start = { ...names, businessKey: orderId, owner: 'ada', requestHash: 'h', deadlineAt };
  return {
    ...{ money, order: { orderId }, pieces: { orderId, sku: 'tea', quantity: 2 } },
    held: { orderId, lines, heldBy: sagaId },
    stock: { orderId, lines },
    opened: { ...money, lines, heldBy: sagaId },
    authorized: { ...money, heldBy: sagaId },
    step: (name: string, told: Told): Told => ({ sagaId, step: name, ...told }),
    journal: (...ending: object[]) =>
      history('sagas', `saga/${workflowId}`, [
        { type: 'saga.started', data: start },
        ...ending.map((end) => ({ type: 'saga.finished', data: { ...names, ...end } })),
      ]),
  };
}

const undo = { direction: 'undo' } as const;
const again = { epoch: 2 };

/**
 * What the log holds after one order was placed, a history per aggregate: all went well, the card was declined, or the
 * saga turned back and a person let it go forward again.
 */
export function placedOrder(orderId: string, outcome: 'completed' | 'declined' | 'resumed') {
  if (outcome === 'resumed') return resumed(orderId);
  return outcome === 'declined' ? declined(orderId) : completed(orderId);
}

function completed(orderId: string) {
  const { money, order, pieces, held, stock, opened, authorized, step, journal } = partsOf(orderId);
  return [
    journal({ outcome: 'completed', steps: [] }),
    history('orders', `order/${orderId}`, [
      step('open order', { type: 'order.opened', data: opened }),
      step('confirm order', { type: 'order.confirmed', data: order }),
    ]),
    history('inventory', `reservation/${orderId}`, [
      step('reserve stock', { type: 'reservation.made', data: held }),
      step('ship stock', { type: 'reservation.shipped', data: stock }),
    ]),
    history('inventory', 'stock/tea', [
      step('reserve stock', { type: 'stock.reserved', data: pieces }),
      step('ship stock', { type: 'stock.shipped', data: pieces }),
    ]),
    history('payments', `payment/${orderId}`, [
      step('authorize payment', { type: 'payment.authorized', data: authorized }),
      step('capture payment', { type: 'payment.captured', data: money }),
    ]),
  ];
}

function declined(orderId: string) {
  const { money, order, held, stock, opened, step, journal } = partsOf(orderId);
  const reason = 'CARD_DECLINED';
  const started = { kind: 'compensatable', epoch: 0, startedAt: '2026-03-01T10:00:00.000Z' };
  const undone = { ...started, status: 'undone' };
  const refused = { ...started, status: 'refused', reason };
  const steps = [
    { ...undone, name: 'open order', participant: 'orders', command: 'open' },
    { ...undone, name: 'reserve stock', participant: 'inventory', command: 'reserve' },
    { ...refused, name: 'authorize payment', participant: 'payments', command: 'authorize' },
  ];
  return [
    journal({ outcome: 'compensated', reason, steps }),
    history('orders', `order/${orderId}`, [
      step('open order', { type: 'order.opened', data: opened }),
      step('open order', { type: 'order.rejected', data: order, ...undo }),
    ]),
    history('inventory', `reservation/${orderId}`, [
      step('reserve stock', { type: 'reservation.made', data: held }),
      step('reserve stock', { type: 'reservation.released', data: stock, ...undo }),
    ]),
    history('payments', `payment/${orderId}`, [
      step('authorize payment', { type: 'payment.declined', data: { ...money, reason } }),
    ]),
  ];
}

function resumed(orderId: string) {
  const { order, pieces, held, stock, opened, step, journal } = partsOf(orderId);
  return [
    journal(),
    history('orders', `order/${orderId}`, [
      step('open order', { type: 'order.opened', data: opened }),
      step('open order', { type: 'order.rejected', data: order, ...undo }),
      step('open order', { type: 'order.opened', data: opened, ...again }),
    ]),
    history('inventory', `reservation/${orderId}`, [
      step('reserve stock', { type: 'reservation.made', data: held }),
      step('reserve stock', { type: 'reservation.released', data: stock, ...undo }),
      step('reserve stock', { type: 'reservation.made', data: held, ...again }),
    ]),
    history('inventory', 'stock/tea', [
      step('reserve stock', { type: 'stock.reserved', data: pieces }),
      step('reserve stock', { type: 'stock.released', data: pieces, ...undo }),
      step('reserve stock', { type: 'stock.reserved', data: pieces, ...again }),
    ]),
  ];
}
