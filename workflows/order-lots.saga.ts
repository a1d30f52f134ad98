import { inventory } from '../activities/inventory/contract';
import { orders } from '../activities/orders/contract';
import { defineSaga } from '../platform/saga';
import { orderLotsContract } from './order-lots.contract';

/** A part of a bulk order. It holds what it reserved until the whole is paid for, and ships then. */
export const orderLots = defineSaga(orderLotsContract, async (saga, input) => {
  const { customerId, currency, lots } = input;
  for (const { orderId, lines, amountCents } of lots) {
    const price = { amountCents, currency };
    const order = { orderId, customerId, lines, ...price };
    const reject = orders.reject({ orderId });
    await saga.step(['open order', orderId], orders.open(order), { undo: reject });
    const release = inventory.release({ orderId });
    const reserve = inventory.reserve({ orderId, lines, ...price });
    await saga.step(['reserve stock', orderId], reserve, { undo: release });
  }
  await saga.hold({ reserved: lots.length });
  for (const { orderId } of lots) {
    await saga.retriable(['ship stock', orderId], inventory.ship({ orderId }));
    await saga.retriable(['confirm order', orderId], orders.confirm({ orderId }));
  }
});
