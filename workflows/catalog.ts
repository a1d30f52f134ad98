import type { SagaContract } from '../platform/saga/contract';
import { bulkOrderContract } from './bulk-order.contract';
import { orderLotsContract } from './order-lots.contract';
import { placeOrderContract } from './place-order.contract';
import { returnOrderContract } from './return-order.contract';

/** Every saga's contract, one line each: what the gateway offers, and the children it does not. */
export const catalog: readonly SagaContract[] = [
  placeOrderContract,
  returnOrderContract,
  bulkOrderContract,
  orderLotsContract,
];
