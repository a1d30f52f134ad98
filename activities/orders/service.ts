import { defineService } from '../../platform/participant/service';
import { orders } from './contract';
import {
  cancelReturn,
  closeReturn,
  confirmOrder,
  openOrder,
  rejectOrder,
  requestReturn,
} from './decider';
import { evolveOrder, orderAggregate } from './state';

const itsOrder = (input: { readonly orderId: string }) => [orderAggregate(input.orderId)];

/** Orders as a participant. It has no data operations of its own: orders come into being by sagas only. */
export const ordersService = defineService({
  participant: orders,
  handlers: {
    open: { aggregates: itsOrder, decide: openOrder },
    reject: { reverse: rejectOrder },
    confirm: { aggregates: itsOrder, decide: confirmOrder },
    requestReturn: { aggregates: itsOrder, decide: requestReturn },
    cancelReturn: { reverse: cancelReturn },
    closeReturn: { aggregates: itsOrder, decide: closeReturn },
  },
  operations: {},
  aggregates: { order: { id: 'orderId', events: ['order'] } },
  evolve: evolveOrder,
});
