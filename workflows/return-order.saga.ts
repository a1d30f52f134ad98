import { inventory } from '../activities/inventory/contract';
import { orders } from '../activities/orders/contract';
import { payments } from '../activities/payments/contract';
import { defineSaga } from '../platform/saga';
import { returnOrderContract } from './return-order.contract';

export const returnOrder = defineSaga(returnOrderContract, async (saga, input) => {
  const { orderId, customerId } = input;
  await saga.step('request return', orders.requestReturn({ orderId, customerId }), {
    undo: orders.cancelReturn({ orderId }),
  });
  await saga.pivot('refund payment', payments.refund({ orderId }));
  await saga.retriable('restock goods', inventory.restock({ orderId }));
  await saga.retriable('close return', orders.closeReturn({ orderId }));
});
