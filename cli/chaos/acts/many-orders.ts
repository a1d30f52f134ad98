import { randomUUID } from 'node:crypto';
import { until } from '../../up/api-client';
import type { ApiClient } from '../../up/api-client';
import { buyers, openShop } from '../shop';
import type { Shop } from '../shop';

const limits = { startersAtOnce: 10, placeMs: 60_000 } as const;

/** Every fifth order asks for more than there is, so that some have to be undone while processes die. */
const scarceEvery = 5;
const scarcePieces = 30;

/** One order that was taken. */
export interface Order {
  readonly shop: Shop;
  readonly scarce: boolean;
  readonly workflowId: string;
}

/** The shelves of one customer. */
export interface Shops {
  readonly plenty: Shop;
  readonly scarce: Shop;
}

/** One shelf with enough for all and one with a single piece, for each customer. */
export function openShops(api: ApiClient, sagas: number): Promise<readonly Shops[]> {
  return Promise.all(
    buyers.map(async (customer) => ({
      plenty: await openShop({ api, customer, received: sagas }),
      scarce: await openShop({ api, customer, received: 1 }),
    })),
  );
}

/** Places so many orders, spread over customers; under one key until each is taken, as a client would. */
export async function placeAll(shops: readonly Shops[], sagas: number): Promise<readonly Order[]> {
  const orders: Order[] = [];
  const waiting = Array.from({ length: sagas }, (_, index) => index);
  const starter = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const { plenty, scarce } = shops[index % shops.length]!;
      const isScarce = index % scarceEvery === 0;
      const shop = isScarce ? scarce : plenty;
      orders.push({ shop, scarce: isScarce, workflowId: await place(shop, isScarce) });
    }
  };
  await Promise.all(Array.from({ length: limits.startersAtOnce }, starter));
  return orders;
}

function place(shop: Shop, isScarce: boolean): Promise<string> {
  const quantity = isScarce ? scarcePieces : 1;
  const order = { quantity, orderId: `order-${randomUUID()}`, idempotencyKey: randomUUID() };
  return until('an order to be taken', limits.placeMs, async () => {
    const { status, body } = await shop.placeOrder(order);
    if (status === 202) return String(body.id);
    if (status === 429 || status >= 500) return undefined;
    throw new Error(`an order was answered ${status}: ${JSON.stringify(body)}`);
  });
}

/** What is on the shelves and in the accounts. */
export async function countsOf(shops: readonly Shops[]) {
  return Promise.all(
    shops.map(async ({ plenty, scarce }) => ({
      plenty: await plenty.stock(),
      scarce: await scarce.stock(),
      funds: await plenty.funds(),
    })),
  );
}

/** What each customer lost and each shelf shipped must be exactly the orders that had to complete. */
export async function lostOrDoubled(
  shops: readonly Shops[],
  told: {
    readonly before: Awaited<ReturnType<typeof countsOf>>;
    readonly orders: readonly Order[];
  },
): Promise<readonly string[]> {
  const after = await countsOf(shops);
  return shops.flatMap(({ plenty }, index) => {
    const [was, is] = [told.before[index]!, after[index]!];
    const sold = told.orders.filter(({ shop }) => shop === plenty).length;
    const expected = {
      plenty: { ...was.plenty, available: was.plenty.available - sold, shipped: sold },
      scarce: was.scarce,
      funds: { ...was.funds, availableCents: was.funds.availableCents - sold * plenty.priceCents },
    };
    const counted = JSON.stringify(pick(is));
    return counted === JSON.stringify(pick(expected))
      ? []
      : [`of ${plenty.sku} there is ${counted}, and had to be ${JSON.stringify(pick(expected))}`];
  });
}

type Counted = Awaited<ReturnType<typeof countsOf>>[number];

function pick({ plenty, scarce, funds }: Counted) {
  const shelf = (stock: Counted['plenty']) => [stock.available, stock.reserved, stock.shipped];
  return {
    plenty: shelf(plenty),
    scarce: shelf(scarce),
    money: [funds.availableCents, funds.heldCents],
  };
}
