import { randomUUID } from 'node:crypto';
import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import type { ApiClient } from '../../cli/up/api-client';
import { until } from '../../cli/up/api-client';
import type { Arena } from '../../cli/verify/arena';
import { recipeWorld } from '../../cli/verify/recipe-world';
import { writeFaultPlan } from '../../platform/runtime/fault-plan';
import { recipes } from '../../workflows/recipes';
import { disputePayment, returnsOf } from '../support/disputes';

/** A world with everything that traffic is made with. */
export interface Ground {
  readonly api: ApiClient;
  readonly arena: Arena;
  readonly faultDir: string;
}

const endMs = 120_000;
const name = (): string => randomUUID().slice(0, 8);

/** What happens in a world in the course of a day, once of each kind; every line is one kind. */
export async function playTraffic(ground: Ground): Promise<void> {
  const { api } = ground;
  const shop = await openShop({ api, customer: 'alice' });
  const poor = await openShop({ api, customer: 'erin', cardBlocked: true });
  await Promise.all([
    completed(shop),
    turnedBack(poor),
    turnedBack(shop, { quantity: 9_000 }),
    replayed(shop),
    returned(ground, await openShop({ api, customer: 'carol' })),
    cancelled(ground, await openShop({ api, customer: 'dave', received: 1_000 })),
    ...recipes.map(({ saga }) => played(ground, saga)),
    parked(ground),
    read(api, shop),
    refused(api),
  ]);
}

async function completed(shop: Shop): Promise<void> {
  const { location } = await shop.placeOrder();
  await demandEnd(shop, location, 'completed');
}

async function turnedBack(shop: Shop, order: { readonly quantity?: number } = {}): Promise<void> {
  const { location } = await shop.placeOrder(order);
  await demandEnd(shop, location, 'compensated');
}

async function demandEnd(shop: Shop, location: string | null, state: string): Promise<void> {
  const end = await shop.outcomeOf(String(location));
  if (end.state !== state) throw new Error(`${location} ended ${String(end.state)}, not ${state}`);
}

async function replayed(shop: Shop): Promise<void> {
  const [idempotencyKey, orderId] = [randomUUID(), `again-${name()}`];
  await shop.placeOrder({ idempotencyKey, orderId });
  const again = await shop.placeOrder({ idempotencyKey, orderId });
  if (!again.replayed) throw new Error('a repeated start was not answered as one');
}

/** An event starts a saga: the payment of a completed order is disputed. */
async function returned({ api }: Ground, shop: Shop): Promise<void> {
  const orderId = `disputed-${name()}`;
  const { location } = await shop.placeOrder({ orderId });
  await demandEnd(shop, location, 'completed');
  await disputePayment(api, orderId);
  await returnsOf(api, orderId);
}

/** It waits for a person, who is not asked. */
async function cancelled({ api }: Ground, shop: Shop): Promise<void> {
  const { location } = await shop.placeOrder({ quantity: 420 });
  const token = await api.token('olga');
  await until('a cancel to be taken', endMs, async () => {
    const body = { reason: 'changed their mind' };
    const answer = await api.call(`${location}/cancel`, { token, body });
    // One that was answered too late was taken all the same.
    const isTaken = answer.status === 202 || answer.body.code === 'SAGA_FINISHED';
    return isTaken ? true : undefined;
  });
  await demandEnd(shop, location, 'cancelled');
}

/** One run of a saga that there is a recipe for, its children included. */
async function played(ground: Ground, saga: string): Promise<void> {
  const workflowId = await begun(ground, saga, name());
  await endOf(ground, workflowId);
}

async function begun({ arena }: Ground, saga: string, run: string): Promise<string> {
  const recipe = recipes.find((one) => one.saga === saga);
  if (recipe === undefined) throw new Error(`${saga} has no recipe`);
  const input = await recipe.prepare(recipeWorld(arena, run));
  const workflowId = arena.workflowIdOf(saga, run);
  await arena.start(saga, { workflowId, input, deadlineMs: 600_000 });
  return workflowId;
}

const endOf = ({ arena }: Ground, workflowId: string): Promise<unknown> =>
  until(`the end of ${workflowId}`, endMs, async () => {
    return (await arena.journal(workflowId))?.outcome;
  });

/** A saga whose shipping is refused behind its pivot: it waits for a person, and goes on waiting. */
export async function parked(ground: Ground): Promise<string> {
  const run = name();
  const workflowId = ground.arena.workflowIdOf('place-order', run);
  const refusal = { step: 'ship stock', kind: 'forward', fault: 'refusal', times: 1 } as const;
  writeFaultPlan(ground.faultDir, workflowId, [{ ...refusal, code: 'NOT_RESERVED' }]);
  await begun(ground, 'place-order', run);
  await until(`${workflowId} to be parked`, endMs, async () => {
    const token = await ground.api.token('olga');
    const { body } = await ground.api.call(`/sagas/${workflowId}`, { token });
    return body.state === 'parked' ? true : undefined;
  });
  return workflowId;
}

/** What people look at, each twice: the second answer may come out of the cache. */
async function read(api: ApiClient, shop: Shop): Promise<void> {
  const token = await api.token('adam');
  const orderId = `read-${name()}`;
  const { location } = await shop.placeOrder({ orderId });
  await demandEnd(shop, location, 'completed');
  const paths = [`/orders/${orderId}`, '/sagas?limit=10', '/products', '/saga-types'];
  for (const path of [...paths, ...paths]) await api.call(path, { token });
}

/** What is refused, from a bad token to a payload that nobody sealed. */
async function refused(api: ApiClient): Promise<void> {
  const [alice, olga] = [await api.token('alice'), await api.token('olga')];
  const body = { payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'e30=' }] };
  await api.call('/sagas');
  await api.call('/sagas', { token: 'no.token.atall' });
  await api.call('/saga-types/place-order/stop', { token: alice, body: { reason: 'mine' } });
  await api.call('/nowhere/at/all', { token: alice });
  await api.call('/codec/decode', { token: olga, body });
}
