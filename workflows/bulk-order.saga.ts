import { payments } from '../activities/payments/contract';
import { defineSaga } from '../platform/saga';
import type { BranchHandle } from '../platform/saga';
import { bulkOrderContract, totalOf } from './bulk-order.contract';
import { orderLotsContract } from './order-lots.contract';

/** Sagas that work on the lots side by side; each has at most a tenth of them. */
const partsMax = 10;

/** Reserves every lot in children side by side, takes the money once, and lets the children ship. */
export const bulkOrder = defineSaga(bulkOrderContract, async (saga, input) => {
  const { orderId, customerId, currency, lots } = input;
  const amountCents = totalOf(lots);
  await saga.step(
    'authorize payment',
    payments.authorize({ orderId, customerId, amountCents, currency }),
    { undo: payments.void({ orderId }) },
  );
  const size = Math.ceil(lots.length / partsMax);
  const parts = Array.from({ length: Math.ceil(lots.length / size) }, (_, part) => {
    const own = { customerId, currency, lots: lots.slice(part * size, (part + 1) * size) };
    const branch = (handle: BranchHandle) =>
      handle.child(['lots', `${part + 1}`], orderLotsContract, own);
    return [`part ${part + 1}`, branch] as const;
  });
  await saga.all(Object.fromEntries(parts));
  await saga.pivot('capture payment', payments.capture({ orderId }));
});
