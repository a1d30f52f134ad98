import type { SagaRecipe } from '../platform/saga/recipe';
import { bulkOrderRecipe } from './bulk-order.verify';
import { placeOrderRecipe } from './place-order.verify';
import { returnOrderRecipe } from './return-order.verify';

/** How each saga is explored, one line each: what `holdfast verify` can run. */
export const recipes: readonly SagaRecipe[] = [
  placeOrderRecipe,
  returnOrderRecipe,
  bulkOrderRecipe,
];
