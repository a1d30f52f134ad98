import { z } from 'zod';
import { happened, refused, unchanged } from '../../platform/kernel/decision';
import type { OperationHandler } from '../../platform/participant/service';
import { amountCents, currency, identifier } from '../values';
import type { InventoryState } from './decider';
import { productOf } from './decider';
import { productAggregate, productFact } from './product';

/** What an admin says of a new product. */
export const product = z.strictObject({
  sku: identifier,
  name: z.string().trim().min(1).max(200),
  /** Price of one piece, 1 to 100,000,000. */
  priceCents: amountCents,
  currency,
});
/** A new price of one piece. */
export const pricing = z.strictObject({ sku: identifier, priceCents: amountCents });
/** Pieces per receipt, 1 to 1,000,000. */
export const receipt = z.strictObject({ sku: identifier, quantity: z.int().min(1).max(1_000_000) });

const itsProduct = (input: { readonly sku: string }) => [productAggregate(input.sku)];
const unknownProduct = (sku: string) => refused('UNKNOWN_PRODUCT', `there is no product ${sku}`);

/** Adds a product without stock. Refusal: PRODUCT_EXISTS. */
const addProduct: OperationHandler<InventoryState, typeof product> = {
  input: product,
  aggregates: itsProduct,
  decide: (states, input) =>
    productOf(states, input.sku) === undefined
      ? happened([productFact('product.added', input)])
      : refused('PRODUCT_EXISTS', `there is a product ${input.sku}`),
};

/** Sets the price of one piece, in the product's own currency. Refusal: UNKNOWN_PRODUCT. */
const priceProduct: OperationHandler<InventoryState, typeof pricing> = {
  input: pricing,
  aggregates: itsProduct,
  decide: (states, { sku, priceCents }) => {
    const known = productOf(states, sku);
    if (known === undefined) return unknownProduct(sku);
    if (known.priceCents === priceCents) return unchanged();
    return happened([productFact('product.priced', { sku, priceCents, currency: known.currency })]);
  },
};

/** Takes pieces into the stock. Refusal: UNKNOWN_PRODUCT. */
const receiveStock: OperationHandler<InventoryState, typeof receipt> = {
  input: receipt,
  aggregates: itsProduct,
  decide: (states, input) =>
    productOf(states, input.sku) === undefined
      ? unknownProduct(input.sku)
      : happened([productFact('stock.received', input)]),
};

/** Data operations of the inventory API, outside any saga. */
export const productOperations = { addProduct, priceProduct, receiveStock };
