import { z } from 'zod';
import type { ApiParts } from '../../platform/host/hosted-service';
import { serviceApi } from '../../platform/host/hosted-service';
import { runOperation } from '../../platform/host/operations';
import { problem } from '../../platform/http/problem';
import type { Call } from '../../platform/security/operations';
import { defineOperations } from '../../platform/security/operations';
import { apiCallers, everyRole } from '../access';
import { identifier } from '../values';
import type { InventoryState } from './decider';
import type { ProductState } from './product';
import { productAggregate } from './product';
import { pricing, product, receipt } from './products';

const itsProduct = z.strictObject({ sku: identifier });
const statuses = { PRODUCT_EXISTS: 409, UNKNOWN_PRODUCT: 404 };
const shared = { callers: apiCallers, tag: 'inventory' } as const;

/** Operations of the inventory API. */
export const inventoryOperations = defineOperations({
  listProducts: {
    ...shared,
    method: 'GET',
    path: '/products',
    summary: 'Products by SKU, ascending; `next` is the `after` of the next page',
    roles: everyRole,
    query: z.strictObject({
      after: identifier.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
  },
  getProduct: {
    ...shared,
    method: 'GET',
    path: '/products/:sku',
    summary: 'A product, its price and its stock',
    roles: everyRole,
    params: itsProduct,
  },
  addProduct: {
    ...shared,
    method: 'POST',
    path: '/products',
    summary: 'Add a product without stock',
    roles: ['admin'],
    body: product,
    problems: ['PRODUCT_EXISTS'],
  },
  priceProduct: {
    ...shared,
    method: 'POST',
    path: '/products/:sku/price',
    summary: 'Set the price of one piece',
    roles: ['admin'],
    params: itsProduct,
    body: pricing.omit({ sku: true }),
    problems: ['UNKNOWN_PRODUCT'],
  },
  receiveStock: {
    ...shared,
    method: 'POST',
    path: '/products/:sku/receipts',
    summary: 'Take pieces into the stock',
    roles: ['admin'],
    params: itsProduct,
    body: receipt.omit({ sku: true }),
    problems: ['UNKNOWN_PRODUCT'],
  },
});

/** The inventory API over its participant and store. Writes answer the product as it is afterwards. */
export function openInventoryApi({ participant, store }: ApiParts<InventoryState>) {
  const productOf = async (sku: string) => {
    const found = await store.readAggregate(productAggregate(sku));
    if (found?.state.kind !== 'product') throw problem('NOT_FOUND', { detail: 'no such product' });
    return viewOf(found.state);
  };
  const run = (call: Pick<Call, 'request' | 'principal'>, operation: string, input: object) =>
    runOperation(participant, call, { operation, input, statuses });
  return serviceApi(inventoryOperations, {
    async listProducts({ query: { after, limit } }) {
      const found = await store.listAggregates({
        prefix: productAggregate(''),
        ...(after === undefined ? {} : { afterId: productAggregate(after) }),
        limitMax: limit,
      });
      const products = found.flatMap(({ state }) =>
        state.kind === 'product' ? [viewOf(state)] : [],
      );
      const next = products.length < limit ? undefined : products.at(-1)?.sku;
      return { body: { products, ...(next === undefined ? {} : { next }) } };
    },
    async getProduct({ params }) {
      return { body: await productOf(params.sku) };
    },
    async addProduct(call) {
      await run(call, 'addProduct', call.body);
      return { status: 201, body: await productOf(call.body.sku) };
    },
    async priceProduct(call) {
      await run(call, 'priceProduct', { ...call.body, ...call.params });
      return { body: await productOf(call.params.sku) };
    },
    async receiveStock(call) {
      await run(call, 'receiveStock', { ...call.body, ...call.params });
      return { status: 201, body: await productOf(call.params.sku) };
    },
  });
}

function viewOf(product: ProductState) {
  const { sku, name, priceCents, currency, received, available, reserved, shipped } = product;
  return { sku, name, priceCents, currency, received, available, reserved, shipped };
}
