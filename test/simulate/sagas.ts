import type { Json } from '../../platform/kernel/json';
import type { SagaDefinition } from '../../platform/saga/define';
import { placeOrder } from '../../workflows/place-order.saga';
import { returnOrder } from '../../workflows/return-order.saga';
import { orderInput, returnInput } from '../saga/support/requests';

/** What is simulated; a seed takes the one at its number modulo their count. */
export const simulated: readonly { readonly definition: SagaDefinition; readonly input: Json }[] = [
  { definition: placeOrder, input: orderInput() },
  { definition: returnOrder, input: returnInput },
  // A person approves this one.
  { definition: placeOrder, input: orderInput(600_000) },
];

/** The saga of a seed. */
export function sagaOf(seed: number): (typeof simulated)[number] {
  return simulated[seed % simulated.length]!;
}
