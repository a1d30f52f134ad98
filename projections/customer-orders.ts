import type { LogEvent } from '../platform/event-log/envelope';
import { defineProjection } from '../platform/event-log/projector/projection';

/** One line of a customer's list of orders. */
export type CustomerOrderRow = {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly openedAt: string;
  readonly updatedAt: string;
};

const statuses: Readonly<Record<string, string>> = {
  'order.opened': 'open',
  'order.rejected': 'rejected',
  'order.confirmed': 'confirmed',
  'order.return-requested': 'return-requested',
  'order.return-cancelled': 'confirmed',
  'order.returned': 'returned',
};

/** Orders by customer, newest first. It reads one topic, so an order's events come in order. */
export const customerOrders = defineProjection<CustomerOrderRow>({
  name: 'customer-orders',
  services: ['orders'],
  listBy: ['customerId'],
  orderBy: 'openedAt',
  keys: (event) => (event.type in statuses ? [dataOf(event).orderId] : []),
  fold: (row, event) => {
    const status = statuses[event.type] ?? 'unknown';
    if (event.type !== 'order.opened') {
      if (row === undefined) throw new Error(`${event.type} before order.opened`);
      return { ...row, status, updatedAt: event.time };
    }
    const { orderId, customerId, amountCents, currency } = dataOf(event);
    return {
      ...{ orderId, customerId, amountCents, currency, status },
      openedAt: row?.openedAt ?? event.time,
      updatedAt: event.time,
    };
  },
});

type Opened = Pick<CustomerOrderRow, 'orderId' | 'customerId' | 'amountCents' | 'currency'>;

/** The event's data; its schema has been checked. */
function dataOf(event: LogEvent): Opened {
  return event.data as unknown as Opened;
}
