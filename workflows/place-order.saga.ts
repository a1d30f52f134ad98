import { inventory } from '../activities/inventory/contract';
import { orders } from '../activities/orders/contract';
import { payments } from '../activities/payments/contract';
import { defineSaga } from '../platform/saga';
import { placeOrderContract } from './place-order.contract';

/** Orders above this are looked at by a person before the money is taken. */
const reviewThresholdCents = 500_000;
const dayMs = 24 * 60 * 60_000;

export const placeOrder = defineSaga(placeOrderContract, async (saga, input) => {
  const { orderId, customerId, lines, payment, delivery } = input;
  const { amountCents, currency } = payment;
  const address = delivery === undefined ? {} : { delivery };
  await saga.step(
    'open order',
    orders.open({ orderId, customerId, lines, amountCents, currency, ...address }),
    { undo: orders.reject({ orderId }) },
  );
  await saga.all({
    stock: (branch) =>
      branch.step('reserve stock', inventory.reserve({ orderId, lines, amountCents, currency }), {
        undo: inventory.release({ orderId }),
      }),
    money: (branch) =>
      branch.step(
        'authorize payment',
        payments.authorize({ orderId, customerId, amountCents, currency }),
        { undo: payments.void({ orderId }) },
      ),
  });
  if (amountCents > reviewThresholdCents) {
    await saga.approval('manual review', {
      role: 'payments-approver',
      withinMs: 2 * dayMs,
      freezesDeadline: true,
    });
  }
  await saga.pivot('capture payment', payments.capture({ orderId }));
  await saga.retriable('ship stock', inventory.ship({ orderId }));
  await saga.retriable('confirm order', orders.confirm({ orderId }));
});
