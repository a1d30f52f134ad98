import { z } from 'zod';
import type { ApiParts } from '../../platform/host/hosted-service';
import { serviceApi } from '../../platform/host/hosted-service';
import { problem } from '../../platform/http/problem';
import { defineOperations, mayTouch } from '../../platform/security/operations';
import { apiCallers, ownerOrReader, readersOfAll } from '../access';
import { identifier } from '../values';
import type { OrderState } from './state';
import { orderAggregate } from './state';

/** Operations of the orders API. Orders are written by sagas only. */
export const ordersOperations = defineOperations({
  getOrder: {
    method: 'GET',
    path: '/orders/:orderId',
    summary: 'An order as the orders service holds it',
    roles: ownerOrReader,
    callers: apiCallers,
    params: z.strictObject({ orderId: identifier }),
    tag: 'orders',
  },
});

/** The orders API over its store. A foreign order is not found: its owner is known only once it is loaded. */
export function openOrdersApi({ store }: ApiParts<OrderState>) {
  return serviceApi(ordersOperations, {
    async getOrder({ params, principal }) {
      const found = await store.readAggregate(orderAggregate(params.orderId));
      if (found === undefined || !mayTouch(principal, found.state.customerId, readersOfAll)) {
        throw problem('NOT_FOUND', { detail: `no order ${params.orderId} of yours` });
      }
      const { orderId, customerId, status, lines, amountCents, currency } = found.state;
      return { body: { orderId, customerId, status, lines, amountCents, currency } };
    },
  });
}
