import { z } from 'zod';
import { identifier } from '../../activities/values';
import { problem } from '../../platform/http/problem';
import { defineOperations, mayTouch } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import { readModelFailed } from '../read-model';
import type { OrderRow } from '../read-model';
import { defined, pageQuery } from './sagas';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';

const readersOfAll = ['admin', 'viewer'] as const;
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

/** Operations on orders, answered from the read model. */
export const orderOperations = defineOperations({
  getOrder: {
    ...facingPeople,
    method: 'GET',
    path: '/orders/:orderId',
    summary: 'An order of yours; admins and viewers see all. `X-Cache` says where it came from',
    roles,
    params: z.strictObject({ orderId: identifier }),
    answer: { status: 200, body: orderAnswer, text: 'The order' },
    problems: ['NOT_FOUND', 'READ_MODEL_UNAVAILABLE'],
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
    problems: ['READ_MODEL_UNAVAILABLE'],
    tag: 'orders',
  },
});

const ttlMs = (order: OrderRow): number =>
  atRest.has(order.status) ? orderTtl.atRestMs : orderTtl.movingMs;

/** Handlers of {@link orderOperations}. */
export function orderHandlers(parts: GatewayParts): OperationHandlers<typeof orderOperations> {
  return {
    async getOrder({ params, principal }) {
      const read = {
        key: `v1:order:${params.orderId}`,
        ttlMs,
        load: () => parts.readModel.orderStatus(params.orderId),
      };
      const found = await parts.cache.read<OrderRow>(read).catch(readModelFailed);
      const headers = { 'x-cache': found.result, age: String(Math.floor(found.ageMs / 1_000)) };
      const order = found.value;
      if (order === undefined || !mayTouch(principal, order.customerId ?? '', readersOfAll)) {
        throw problem('NOT_FOUND', { detail: 'there is no such order' });
      }
      return { body: order, headers };
    },
    async listOrders({ query, principal }) {
      const { customerId = principal.subject, ...page } = query;
      const ask = parts.readModel.customerOrders(customerId, defined(page));
      const { items: orders, next } = await ask.catch(readModelFailed);
      return { body: defined({ orders, next }) };
    },
  };
}
