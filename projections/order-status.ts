import type { LogEvent } from '../platform/event-log/envelope';
import { defineProjection } from '../platform/event-log/projector/projection';

/** What is known of one order from one service: the last fact, and when it happened. */
type Part = { readonly status: string; readonly at: string };

type Line = { readonly sku: string; readonly quantity: number };

/** An order as customers and support see it, joined from three services. Members come as their events do. */
export type OrderStatusRow = {
  readonly orderId: string;
  /** How many events are in the row: it grows with each, whatever order they come in. Rows of older code have none. */
  readonly version?: number;
  /** `open`, `confirmed`, `rejected`, `return-requested`, `returned`; `unknown` until the order's own event is here. */
  readonly status: string;
  readonly customerId?: string;
  readonly sagaId?: string;
  readonly amountCents?: number;
  readonly currency?: string;
  readonly lines?: readonly Line[];
  /** Where it goes, sealed with the customer's key. */
  readonly delivery?: string;
  readonly order?: Part;
  readonly payment?: Part & { readonly reason?: string };
  readonly stock?: Part;
  /** Time of the youngest event in it. */
  readonly updatedAt: string;
  /** True while the order's own first event has not been seen. */
  readonly incomplete: boolean;
};

const orderStatuses: Readonly<Record<string, string>> = {
  'order.opened': 'open',
  'order.rejected': 'rejected',
  'order.confirmed': 'confirmed',
  'order.return-requested': 'return-requested',
  'order.return-cancelled': 'confirmed',
  'order.returned': 'returned',
};

type OrderData = Pick<
  OrderStatusRow,
  'customerId' | 'amountCents' | 'currency' | 'lines' | 'delivery'
> & {
  readonly orderId?: string;
  readonly reason?: string;
};

/**
 * Status by order id. Each service writes only its own part of a row and an aggregate's events come in order, so the
 * parts are the same however the services' events interleave.
 */
export const orderStatus = defineProjection<OrderStatusRow>({
  name: 'order-status',
  services: ['orders', 'payments', 'inventory'],
  listBy: ['customerId'],
  orderBy: 'updatedAt',
  cached: true,
  keys: (event) => (partOf(event) === undefined ? [] : [String(dataOf(event).orderId)]),
  fold: (row, event, key) => {
    const before: OrderStatusRow = row ?? {
      orderId: key,
      status: 'unknown',
      updatedAt: '',
      incomplete: true,
    };
    const updatedAt = before.updatedAt > event.time ? before.updatedAt : event.time;
    const version = (before.version ?? 0) + 1;
    return { ...before, ...changeOf(event), version, updatedAt };
  },
});

function changeOf(event: LogEvent): Partial<OrderStatusRow> {
  const part = { status: event.type.split('.')[1] ?? '', at: event.time };
  if (partOf(event) === 'stock') return { stock: part };
  if (partOf(event) === 'payment') {
    const { reason } = dataOf(event);
    return { payment: reason === undefined ? part : { ...part, reason } };
  }
  const status = orderStatuses[event.type];
  if (status === undefined) throw new Error(`no status for ${event.type}`);
  const saga = event.sagaId === undefined ? {} : { sagaId: event.sagaId };
  return { order: { ...part, status }, status, ...saga, ...openedBy(event) };
}

function openedBy(event: LogEvent): Partial<OrderStatusRow> {
  if (event.type !== 'order.opened') return {};
  const { customerId, amountCents, currency, lines, delivery } = dataOf(event);
  if (!customerId || !amountCents || !currency || !lines) throw new Error('an order lacks members');
  const address = delivery === undefined ? {} : { delivery };
  return { customerId, amountCents, currency, lines, ...address, incomplete: false };
}

const parts: Readonly<Record<string, 'order' | 'payment' | 'stock'>> = {
  order: 'order',
  payment: 'payment',
  reservation: 'stock',
};

/** Events of an order that change no status say nothing here. */
function partOf({ type }: LogEvent): 'order' | 'payment' | 'stock' | undefined {
  const part = parts[type.split('.')[0] ?? ''];
  return part === 'order' && orderStatuses[type] === undefined ? undefined : part;
}

function dataOf(event: LogEvent): OrderData {
  return event.data;
}
