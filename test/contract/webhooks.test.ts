import { randomUUID } from 'node:crypto';
import { silentLog } from '../../platform/runtime/log';
import type { Attempted, Outgoing } from '../../platform/webhooks/attempt';
import { webhookLimits } from '../../platform/webhooks/limits';
import { newSecret } from '../../platform/webhooks/signing';
import { deliveryId } from '../../webhooks/notices';
import { startSender } from '../../webhooks/sender';
import type { WebhookStore } from '../../webhooks/store';
import { eventually } from '../support/eventually';
import { openWebhooks } from '../support/webhooks';

let webhooks: Awaited<ReturnType<typeof openWebhooks>>;
let store: WebhookStore;

beforeAll(async () => {
  webhooks = await openWebhooks();
  store = webhooks.store;
});
afterEach(() => store.ask('delete from webhook_endpoints', []));
afterAll(() => webhooks.close());

async function endpoint(owner = 'ann') {
  const id = `wh_${randomUUID().replaceAll('-', '')}`;
  const url = `https://receiver.test/${id}`;
  const rest = { events: ['saga.completed'], sagas: [], secret: newSecret(), requestHash: 'h' };
  const made = await store.create({ id, owner, url, ...rest });
  if (made === 'full') throw new Error('there is no room');
  return made;
}

async function put(to: string, what: string) {
  const id = deliveryId(to, what);
  await store.put({ id, endpoint: to, type: 'saga.completed', body: `{"what":"${what}"}` });
  return id;
}

const claim = (from: WebhookStore = store, areFailing = false) =>
  from.claim({ limitMax: 10, areFailing });
const told = { attempted: { status: 204 }, result: 'delivered' } as const;
const failed = { attempted: { error: 'TIMED_OUT' }, result: 'failed', pauseMs: 0 } as const;
const isOver = (id: string) =>
  store.ask(`update webhook_endpoints set leased_until = 'epoch' where id = $1`, [id]);

/** Answers each attempt, and keeps count of who is at work for which URL. */
function counting(answer: (outgoing: Outgoing) => Attempted) {
  const sent: string[] = [];
  const atWork = new Map<string, number>();
  let togetherMax = 0;
  const attempt = async (outgoing: Outgoing) => {
    const { url } = outgoing;
    atWork.set(url, (atWork.get(url) ?? 0) + 1);
    togetherMax = Math.max(togetherMax, ...atWork.values());
    await new Promise(setImmediate);
    sent.push(String(outgoing.headers['webhook-id']));
    atWork.set(url, (atWork.get(url) ?? 0) - 1);
    return answer(outgoing);
  };
  return { attempt, sent, together: () => togetherMax };
}

describe('a delivery', () => {
  test('is written down once, however often its event comes', async () => {
    const { id } = await endpoint();
    const first = await put(id, 'event:1');
    expect(await put(id, 'event:1')).toBe(first);
    expect(await store.deliveries(id, { limitMax: 10 })).toMatchObject([
      { id: first, state: 'pending', attempts: 0 },
    ]);
  });

  test('of two senders is made by one, an endpoint at a time, and none is lost', async () => {
    const list = await Promise.all([endpoint(), endpoint(), endpoint()]);
    const ids: string[] = [];
    for (const { id } of list)
      for (let number = 0; number < 8; number += 1) ids.push(await put(id, `event:${number}`));
    const other = webhooks.open();
    const { attempt, sent, together } = counting(() => ({ status: 204 }));
    const senders = [store, other].map((queue) => startSender({ queue, attempt, log: silentLog }));
    await eventually(async () => expect(await store.counts()).toMatchObject({ pending: 0 }));
    await Promise.all(senders.map((sender) => sender.stop()));
    await other.close();
    expect([...sent].sort()).toEqual([...ids].sort());
    expect(together()).toBe(1);
  });

  test('of a process that died is made by another under its id, and the dead one notes nothing', async () => {
    const { id } = await endpoint();
    const delivery = await put(id, 'event:1');
    const [dead] = await claim();
    expect(dead).toMatchObject({ id: delivery, body: '{"what":"event:1"}' });
    expect(await claim()).toEqual([]);
    await isOver(id);
    const [next] = await claim();
    expect(next).toMatchObject({ id: delivery, attempts: 0 });
    await store.finish(dead!, told);
    expect(await store.delivery(id, delivery)).toMatchObject({ state: 'pending', attempts: 0 });
    await store.finish(next!, told);
    expect(await store.delivery(id, delivery)).toMatchObject({ state: 'delivered', attempts: 1 });
  });

  test('that was stopped in the middle is as if it had not been tried', async () => {
    const { id } = await endpoint();
    const delivery = await put(id, 'event:1');
    let begun: () => void = () => undefined;
    const isBegun = new Promise<void>((resolve) => (begun = resolve));
    const sender = startSender({
      ...{ queue: store, log: silentLog },
      attempt: (_outgoing, signal) =>
        new Promise((resolve) => {
          begun();
          signal.addEventListener('abort', () => resolve({ error: 'CONNECTION_FAILED' }));
        }),
    });
    await isBegun;
    await sender.stop();
    expect(await store.delivery(id, delivery)).toMatchObject({ state: 'pending', attempts: 0 });
    expect(await claim()).toMatchObject([{ id: delivery }]);
  });

  test('waits for nobody else’s attempts, and endpoints that fail have turns of their own', async () => {
    const [bad, good] = [await endpoint(), await endpoint()];
    await put(bad.id, 'event:1');
    const [first] = await claim();
    await store.finish(first!, { ...failed, pauseMs: 60_000 });
    await put(bad.id, 'event:2');
    const next = await put(good.id, 'event:2');
    expect((await claim()).map(({ id }) => id)).toEqual([next]);
    expect((await claim(store, true)).map(({ endpoint: of }) => of)).toEqual([bad.id]);
  });

  test('is dead after its last attempt, and asked for again has all of them', async () => {
    const { id } = await endpoint();
    const delivery = await put(id, 'event:1');
    const { attempt, sent } = counting(() => ({ status: 500, retryAfterMs: 0 }));
    const due = () => store.ask(`update webhook_deliveries set due_at = now()`, []);
    const sender = startSender({ queue: store, attempt, log: silentLog });
    const isDead = (attempts: number) =>
      eventually(async () => {
        await due();
        const found = await store.delivery(id, delivery);
        expect(found).toMatchObject({ state: 'dead', attempts, lastStatus: 500 });
      }, 30_000);
    await isDead(webhookLimits.attemptsMax);
    expect(await store.counts()).toMatchObject({ dead: 1, pending: 0 });
    await store.again(id, delivery);
    await isDead(2 * webhookLimits.attemptsMax);
    await sender.stop();
    expect(new Set(sent)).toEqual(new Set([delivery]));
  });
});

describe('an endpoint', () => {
  test('that is gone is sent nothing more, and what waited is kept as dead', async () => {
    const { id } = await endpoint();
    const [first, second] = [await put(id, 'event:1'), await put(id, 'event:2')];
    const { attempt } = counting(() => ({ status: 410 }));
    const sender = startSender({ queue: store, attempt, log: silentLog });
    await eventually(async () =>
      expect(await store.endpoint(id)).toMatchObject({ state: 'disabled', disabledFor: 'GONE' }),
    );
    await sender.stop();
    expect(await store.delivery(id, first)).toMatchObject({ state: 'dead', lastStatus: 410 });
    expect(await store.delivery(id, second)).toMatchObject({ state: 'dead', attempts: 0 });
    expect(await store.subscribers({ owner: 'ann', saga: 's', type: 'saga.completed' })).toEqual(
      [],
    );
  });

  test('that has failed for days is disabled by a delivery that is given up, not by one bad moment', async () => {
    const { id } = await endpoint();
    await put(id, 'event:1');
    await store.ask(`update webhook_endpoints set failing_since = now() - interval '4 days'`, []);
    const [first] = await claim(store, true);
    await store.finish(first!, failed);
    expect(await store.endpoint(id)).toMatchObject({ state: 'enabled' });
    const [again] = await claim(store, true);
    await store.finish(again!, { attempted: { status: 500 }, result: 'dead' });
    expect(await store.endpoint(id)).toMatchObject({ state: 'disabled', disabledFor: 'FAILING' });
  });

  test('hears of its owner’s sagas alone, of the types and ends it asked for', async () => {
    const { id } = await endpoint();
    const asked = (changes: object) =>
      store.subscribers({ owner: 'ann', saga: 'place-order', type: 'saga.completed', ...changes });
    expect(await asked({})).toEqual([id]);
    expect(await asked({ owner: 'bob' })).toEqual([]);
    expect(await asked({ type: 'saga.cancelled' })).toEqual([]);
    await store.ask(`update webhook_endpoints set sagas = '{return-order}'`, []);
    expect(await asked({})).toEqual([]);
    expect(await asked({ saga: 'return-order' })).toEqual([id]);
  });

  test('has its URL, secret and messages sealed, and for itself alone', async () => {
    const { id, url, secret } = await endpoint();
    await put(id, 'event:1');
    const tables = `select to_jsonb(e) || to_jsonb(d) as row
      from webhook_endpoints e join webhook_deliveries d on d.endpoint = e.id`;
    const stored = JSON.stringify(await store.ask(tables, []));
    expect(stored).toMatch(/hf1\.webhooks\./);
    for (const text of [url, secret, 'event:1']) expect(stored).not.toContain(text);
    expect(await store.sealedRows.keyUse()).toEqual(new Map([['webhooks', 2]]));
    await store.ask(`update webhook_endpoints set owner = 'bob'`, []);
    await expect(store.endpoint(id)).rejects.toMatchObject({ code: 'CIPHERTEXT_REFUSED' });
  });

  test('of ten is the last one of its owner, however many are made at a time', async () => {
    const { endpointsMax } = webhookLimits;
    const made = await Promise.allSettled(
      Array.from({ length: endpointsMax + 5 }, () => endpoint()),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(endpointsMax);
    expect(await endpoint('bob')).toMatchObject({ state: 'enabled' });
  });
});
