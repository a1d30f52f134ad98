import { z } from 'zod';
import { delivery, identifier } from '../../activities/values';
import { problem } from '../../platform/http/problem';
import { defineOperations, mayTouch } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import type { Principal } from '../../platform/security/tokens';
import { cacheKeyOf } from '../../projections/cached';
import { customerOrders } from '../../projections/customer-orders';
import { orderStatus } from '../../projections/order-status';
import type { OrderStatusRow } from '../../projections/order-status';
import type { Dated } from '../../projections/read-model';
import { placeOrderContract } from '../../workflows/place-order.contract';
import { returnOrderContract } from '../../workflows/return-order.contract';
import { readModelFailed } from '../read-model';
import { openMember } from '../sagas/personal';
import { defined, pageQuery } from './sagas';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';

const readersOfAll = ['admin', 'viewer'] as const;
/** Who is shown where an order goes, besides the one whose order it is: who deals with parcels that went astray. */
const readersOfPersonal = ['admin'] as const;
const roles = ['customer', ...readersOfAll] as const;

/** How long an order may be answered from the cache; milliseconds. At rest, only a new saga can change it. */
export const orderTtl = { atRestMs: 5_000, movingMs: 1_000 } as const;

const atRest: ReadonlySet<string> = new Set(['confirmed', 'rejected', 'returned']);

const orderAnswer = z.looseObject({
  orderId: z.string(),
  customerId: z.string(),
  status: z.string(),
  asOf: z.string().describe('Business time of the youngest event in this answer'),
});

const wholeOrderAnswer = orderAnswer.extend({
  delivery: delivery.nullable().optional().describe('Where it goes; null where it is not shown'),
  deliveryState: z
    .enum(['shown', 'hidden', 'forgotten', 'unavailable', 'refused'])
    .optional()
    .describe('With `delivery`: shown, or why not'),
});

/** An order as the projections know it. */
type OrderRow = Dated<OrderStatusRow>;

/** Operations on orders, answered from the read model. */
export const orderOperations = defineOperations({
  getOrder: {
    ...facingPeople,
    method: 'GET',
    path: '/orders/:orderId',
    summary: 'An order of yours; admins and viewers see all. `X-Cache` says where it came from',
    roles,
    personal: { members: ['delivery'], exceptRoles: readersOfPersonal },
    params: z.strictObject({ orderId: identifier }),
    answer: {
      status: 200,
      body: wholeOrderAnswer,
      headers: ['Age', 'X-Cache'],
      text: 'The order',
    },
    problems: ['NOT_FOUND', 'READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE'],
    tag: 'orders',
  },
  listOrders: {
    ...facingPeople,
    method: 'GET',
    path: '/orders',
    summary: 'Orders of a customer, newest first: your own unless you may see all',
    roles,
    owner: { in: 'query', member: 'customerId', exceptRoles: readersOfAll },
    query: z.strictObject({ customerId: identifier.optional(), ...pageQuery }),
    answer: {
      status: 200,
      body: z.object({ orders: z.array(orderAnswer), next: z.string().optional() }),
      text: 'A part of the list',
    },
    problems: ['READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE'],
    tag: 'orders',
  },
});

const sagasOfOrders = new Set([placeOrderContract.name, returnOrderContract.name]);

/** The cached read of what a saga is about to change. */
export function cachedReadOf(saga: string, businessKey: string): string | undefined {
  return sagasOfOrders.has(saga) ? cacheKeyOf(orderStatus, businessKey) : undefined;
}

const ttlMs = (order: OrderRow): number =>
  atRest.has(order.status) ? orderTtl.atRestMs : orderTtl.movingMs;

/**
 * An order as the caller may see it. The row, here and in the cache, has the sealed text; it is opened for one answer
 * and kept nowhere.
 */
async function shownOrder(parts: GatewayParts, order: OrderRow, principal: Principal) {
  const { delivery: sealed, version, ...rest } = order;
  void version; // counts within one build of the read model, and says nothing to a caller
  if (sealed === undefined) return rest;
  const closed = (deliveryState: string) => ({ ...rest, delivery: null, deliveryState });
  const { customerId: subject = '', orderId } = order;
  if (!mayTouch(principal, subject, orderOperations.getOrder.personal.exceptRoles)) {
    return closed('hidden');
  }
  const { name: saga } = placeOrderContract;
  const kept = { subject, saga, businessKey: orderId, member: 'delivery', sealed };
  const opened = await openMember(parts.subjects, kept);
  if ('value' in opened) return { ...rest, delivery: opened.value, deliveryState: 'shown' };
  if (opened.unreadable === 'refused') {
    parts.log.error('a personal member was refused', {
      aggregateId: `order/${orderId}`,
      error: opened.cause,
    });
  }
  return closed(opened.unreadable);
}

/** Handlers of {@link orderOperations}. */
export function orderHandlers(parts: GatewayParts): OperationHandlers<typeof orderOperations> {
  return {
    async getOrder({ params, principal }) {
      const read = {
        key: cacheKeyOf(orderStatus, params.orderId),
        ttlMs,
        load: () => parts.readModel.row(orderStatus, params.orderId),
      };
      const found = await parts.cache.read<OrderRow>(read).catch(readModelFailed);
      const headers = { 'x-cache': found.result, age: String(Math.floor(found.ageMs / 1_000)) };
      const order = found.value;
      if (order === undefined || !mayTouch(principal, order.customerId ?? '', readersOfAll)) {
        throw problem('NOT_FOUND', { detail: 'there is no such order' });
      }
      return { body: await shownOrder(parts, order, principal), headers };
    },
    async listOrders({ query, principal }) {
      const { customerId = principal.subject, ...page } = query;
      const ask = parts.readModel.rows(customerOrders, { customerId }, defined(page));
      const { items: orders, next } = await ask.catch(readModelFailed);
      return { body: defined({ orders, next }) };
    },
  };
}
