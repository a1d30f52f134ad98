import { randomUUID } from 'node:crypto';
import { parseConfig } from '../../platform/runtime/config';
import { asBytes } from '../../platform/outbox/sealing';
import type { SealedForm } from '../../platform/outbox/sealing';
import { openShop } from '../chaos/shop';
import type { Shop } from '../chaos/shop';
import { until } from '../up/api-client';
import type { AttackTarget } from './attack';
import { openLetterHoard } from './letter-hoard';
import { openRowHoard } from './row-hoard';
import { rawRows } from './raw-rows';
import type { RawRows } from './raw-rows';
import { askUnder, leafOfProcess } from './wire';

type Service = 'orders' | 'payments' | 'inventory';

/** A row of a service's database that its API reads. */
export interface Item {
  /** Its sealed text. */
  kept(): Promise<string>;
  /** Puts a text there, or any other value. */
  put(value: unknown): Promise<void>;
  /** What the service answers who asks for it: status, and the code of a refusal. */
  read(): Promise<string>;
}

/** The database of a service in the hands of somebody who may write to it, with two rows of one kind. */
export interface Hoard {
  /** Process that reads it. */
  readonly service: Service | 'projector' | 'gateway';
  readonly store: string;
  readonly items: readonly [Item, Item];
  /** What the first row held before it changed last. */
  readonly older: string;
  /** How it is answered that nobody here has the key of a value; as a service does unless told. */
  readonly unknownKey?: string;
  close(): Promise<void>;
}

const kinds = {
  orders: { store: 'mongodb', aggregate: 'order', path: 'orders' },
  payments: { store: 'postgres', aggregate: 'account', path: 'accounts' },
  inventory: { store: 'dynamodb', aggregate: 'product', path: 'products' },
} as const;

const asText: SealedForm = { write: (sealed) => sealed, read: (stored) => stored };
const patienceMs = 60_000;

function itemOf(target: AttackTarget, service: Service, rows: RawRows) {
  const { store, aggregate, path } = kinds[service];
  const form = store === 'dynamodb' ? asBytes : asText;
  const { HOLDFAST_HTTP_PORT: port = '' } = target.environmentFor(service);
  return (id: string): Item => {
    const row = { aggregate: `${aggregate}/${id}` };
    return {
      kept: async () => String(form.read(await rows.get(row, 'state'))),
      put: (value) => rows.set(row, 'state', typeof value === 'string' ? form.write(value) : value),
      read: async () =>
        askUnder(target, {
          url: `https://localhost:${port}/${path}/${id}`,
          leaf: leafOfProcess(target, 'gateway'),
          headers: { authorization: `Bearer ${await target.api.token('adam')}` },
        }),
    };
  };
}

function poster({ api }: AttackTarget) {
  return async (path: string, body: object): Promise<void> => {
    const idempotencyKey = randomUUID();
    const { status, body: answer } = await api.call(path, {
      ...{ token: await api.token('adam'), idempotencyKey, body },
    });
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  };
}

const fresh = (): string => `attack-${randomUUID().slice(0, 8)}`;

/** Makes two rows of a service and changes the first once more; answers their ids and what the first held before. */
type Fill = (
  item: (id: string) => Item,
) => Promise<{ readonly ids: readonly [string, string]; readonly older: string }>;

function fillsOf(target: AttackTarget, shop: Shop): Readonly<Record<Service, Fill>> {
  const post = poster(target);
  const made =
    (path: string, member: string, change: readonly [string, object], more: object) =>
    async (item: (id: string) => Item) => {
      const ids = [fresh(), fresh()] as const;
      for (const id of ids) await post(path, { [member]: id, ...more });
      const older = await item(ids[0]).kept();
      const [verb, body] = change;
      await post(`${path}/${ids[0]}/${verb}`, body);
      return { ids, older };
    };
  const money = { currency: 'EUR' };
  return {
    inventory: made('/products', 'sku', ['receipts', { quantity: 5 }], {
      ...{ name: 'Lamp', priceCents: 100, ...money },
    }),
    payments: made('/accounts', 'customerId', ['deposits', { amountCents: 100, ...money }], {
      ...{ ...money, limitCents: 10_000 },
    }),
    async orders(item) {
      for (let tries = 1; ; tries += 1) {
        const found = await ordersOnce(shop, item);
        // Where its saga was at its end before we looked, nothing has changed since.
        const isChanged = found.older !== (await item(found.ids[0]).kept());
        if (isChanged || tries === ordersTriesMax) return found;
      }
    },
  };
}

/** How often an order is placed anew whose first state nobody saw. */
const ordersTriesMax = 5;

async function ordersOnce(shop: Shop, item: (id: string) => Item): ReturnType<Fill> {
  const ids = [fresh(), fresh()] as const;
  // Its first state is there for as long as the saga takes to its end.
  const firstState = until('an order', patienceMs, () =>
    item(ids[0])
      .kept()
      .then((text) => (text.startsWith('hf1.') ? text : undefined)),
  );
  const taken = Promise.all(ids.map((orderId) => shop.placedOrder({ orderId })));
  const [older, locations] = await Promise.all([firstState, taken]);
  for (const location of locations) await shop.outcomeOf(location);
  return { ids, older };
}

async function openHoard(target: AttackTarget, service: Service, fill: Fill): Promise<Hoard> {
  const { store } = kinds[service];
  const rows = await rawRows[store](parseConfig(target.environmentFor(service)));
  try {
    const item = itemOf(target, service, rows);
    const { ids, older } = await fill(item);
    const items = [item(ids[0]), item(ids[1])] as const;
    if (older === (await items[0].kept())) throw new Error(`no row of ${service} has changed`);
    return { service, store, items, older, close: () => rows.close() };
  } catch (error) {
    await rows.close();
    throw error;
  }
}

/** Opens the databases as the processes that own them, and puts two rows into each. Close them. */
export async function openHoards(target: AttackTarget): Promise<readonly Hoard[]> {
  const shop = await openShop({ api: target.api, customer: 'frank', received: 10 });
  const fills = fillsOf(target, shop);
  const services = (Object.keys(kinds) as Service[]).map((service) =>
    openHoard(target, service, fills[service]),
  );
  const opening = [...services, openLetterHoard(target), openRowHoard(target, shop)];
  const opened = await Promise.allSettled(opening);
  const hoards = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (hoards.length === opening.length) return hoards;
  // What one of them has left in its database would be somebody else's trouble.
  await Promise.all(hoards.map((hoard) => hoard.close()));
  return Promise.all(opening);
}
