import { placeOrder } from '../../workflows/place-order.saga';
import { drawnSteps } from './pictures/drawn-steps';
import { sagaPicture } from './pictures/saga';

/** An order that is so large that a person looks at it, so that every step is in the picture. */
const largeOrder = {
  ...{ orderId: 'o-1', customerId: 'c-1', lines: [{ sku: 'lamp', quantity: 1 }] },
  payment: { amountCents: 600_000, currency: 'EUR' },
};

/** Pictures of this project's own, by file, that documents show. */
export async function ownPictures(): Promise<Readonly<Record<string, string>>> {
  const steps = await drawnSteps(placeOrder, largeOrder);
  return { 'docs/pictures/place-order.svg': sagaPicture(placeOrder.contract.name, steps) };
}
