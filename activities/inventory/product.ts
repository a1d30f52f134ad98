import type { NewEvent, RecordedEvent } from '../../platform/kernel/decision';
import { outOfPlace } from '../fold';
import type { Currency } from '../values';

/**
 * A product and its stock: aggregate `product/<sku>`. Stock is counted in pieces; at every commit
 * available + reserved + shipped = received, and nothing is negative.
 */
export type ProductState = {
  readonly kind: 'product';
  readonly sku: string;
  readonly name: string;
  /** Price of one piece. */
  readonly priceCents: number;
  readonly currency: Currency;
  /** Pieces ever received; it only grows. */
  readonly received: number;
  readonly available: number;
  readonly reserved: number;
  /** Pieces shipped and not taken back. */
  readonly shipped: number;
};

type Product = Pick<ProductState, 'sku' | 'name' | 'priceCents' | 'currency'>;
type Pieces = { readonly sku: string; readonly quantity: number };
/** What moves in the stock on behalf of an order. */
type Movement = Pieces & { readonly orderId: string };

/** Every fact about a product and its stock, by event type. */
export type ProductFacts = {
  'product.added': Product;
  'product.priced': Pick<Product, 'sku' | 'priceCents' | 'currency'>;
  'stock.received': Pieces;
  'stock.reserved': Movement;
  'stock.released': Movement;
  'stock.shipped': Movement;
  'stock.restocked': Movement;
};

type ProductFact = {
  [Type in keyof ProductFacts]: { readonly type: Type; readonly data: ProductFacts[Type] };
}[keyof ProductFacts];
type StockFact = Extract<ProductFact, { type: `stock.${string}` }>;

/** Id of a product's aggregate. */
export function productAggregate(sku: string): string {
  return `product/${sku}`;
}

/** Builds the event of a fact about a product. */
export function productFact<Type extends keyof ProductFacts>(
  type: Type,
  data: ProductFacts[Type],
): NewEvent {
  return { aggregateId: productAggregate(data.sku), type, data };
}

/** The fold of a product's events; throws `INVARIANT_BROKEN` for an event that cannot come where it stands. */
export function evolveProduct(state: ProductState | undefined, event: RecordedEvent): ProductState {
  const fact = event as unknown as ProductFact;
  if (state === undefined) {
    if (fact.type !== 'product.added') throw outOfPlace(event);
    return { kind: 'product', ...fact.data, received: 0, available: 0, reserved: 0, shipped: 0 };
  }
  if (fact.type === 'product.added') throw outOfPlace(event);
  if (fact.type === 'product.priced') return { ...state, priceCents: fact.data.priceCents };
  return moveStock(state, fact, event);
}

function moveStock(state: ProductState, fact: StockFact, event: RecordedEvent): ProductState {
  const { received, available, reserved, shipped } = state;
  const { quantity } = fact.data;
  switch (fact.type) {
    case 'stock.received':
      return { ...state, received: received + quantity, available: available + quantity };
    case 'stock.reserved':
      return { ...state, available: available - quantity, reserved: reserved + quantity };
    case 'stock.released':
      return { ...state, available: available + quantity, reserved: reserved - quantity };
    case 'stock.shipped':
      return { ...state, reserved: reserved - quantity, shipped: shipped + quantity };
    case 'stock.restocked':
      return { ...state, available: available + quantity, shipped: shipped - quantity };
    default:
      throw outOfPlace(event);
  }
}
