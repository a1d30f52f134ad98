import { encodeEvent } from '../../platform/event-log/envelope';
import type { LogMessage } from '../../platform/event-log/ports';
import { anEvent } from './events';
import type { LogWorld } from './log-world';

const batchMax = 500;

/** Two events of each order, opened and confirmed, as the orders service writes them. */
export function orderEvents(orderId: string, customerId: string, second = 0) {
  const time = new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
  const told = { aggregateId: `order/${orderId}`, time };
  const lines = [{ sku: 'tea', quantity: 2 }];
  const money = { amountCents: 1_200, currency: 'EUR' };
  const opened = { orderId, customerId, ...money, lines, heldBy: `place-order-${orderId}/run` };
  return [
    anEvent({ ...told, seq: 1, type: 'order.opened', data: opened }),
    anEvent({ ...told, seq: 2, type: 'order.confirmed', data: { orderId } }),
  ];
}

/** Writes to the topic of the orders as their relay would, in large batches. */
export async function sendOrders(
  world: LogWorld,
  topic: string,
  events: Iterable<ReturnType<typeof anEvent>>,
): Promise<number> {
  const { writer } = world.logAs('orders');
  const context = { service: 'orders', recordedTime: new Date().toISOString() };
  const waiting = new Map<number, LogMessage[]>();
  let count = 0;
  const flush = async (slot: number, messages: readonly LogMessage[]) => {
    waiting.delete(slot);
    await writer.append(topic, slot, messages, 20_000);
  };
  for (const event of events) {
    const messages = waiting.get(event.slot) ?? [];
    waiting.set(event.slot, messages);
    messages.push(encodeEvent(event, context));
    count += 1;
    if (messages.length >= batchMax) await flush(event.slot, messages);
  }
  for (const [slot, messages] of [...waiting]) await flush(slot, messages);
  return count;
}
