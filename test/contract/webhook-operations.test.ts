import { randomUUID } from 'node:crypto';
import { openWebhookDesk, openWebhooks } from '../support/webhooks';
import type { WebhookCall } from '../support/webhooks';

let webhooks: Awaited<ReturnType<typeof openWebhooks>>;
let desk: ReturnType<typeof openWebhookDesk>;

beforeAll(async () => {
  webhooks = await openWebhooks();
  desk = openWebhookDesk(webhooks.store);
});
afterEach(() => webhooks.store.ask('delete from webhook_endpoints', []));
afterAll(() => webhooks.close());

const url = 'https://receiver.test/hooks';
const create = (changes: Partial<WebhookCall> = {}) =>
  desk({ path: '/webhooks', body: { url }, key: randomUUID(), ...changes });
const made = async (as?: string) => {
  const { body } = await create(as === undefined ? {} : { as });
  return body as { id: string; secret: string; owner: string };
};

test('a webhook is made once for a key, and its secret is shown to who made it', async () => {
  const first = await create({ key: 'k-1' });
  expect(first).toMatchObject({ status: 201, body: { url, state: 'enabled', sagas: [] } });
  expect(first.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const again = await create({ key: 'k-1' });
  expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, 'true']);
  expect(again.body).toEqual(first.body);
  const other = await create({ key: 'k-1', body: { url: `${url}/other` } });
  expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  const id = String(first.body.id);
  const looked = await desk({ path: `/webhooks/${id}` });
  expect(looked.body).not.toHaveProperty('secret');
  await webhooks.store.ask(
    `update webhook_endpoints set created_at = now() - interval '2 days'`,
    [],
  );
  expect((await create({ key: 'k-1' })).body).not.toHaveProperty('secret');
});

test.each([
  ['http://receiver.test/', 'WEBHOOK_URL_REFUSED'],
  ['https://u:p@receiver.test/', 'WEBHOOK_URL_REFUSED'],
  ['https://receiver.test:22/', 'WEBHOOK_URL_REFUSED'],
  ['https://127.0.0.1/', 'WEBHOOK_ADDRESS_REFUSED'],
  ['https://169.254.169.254/latest', 'WEBHOOK_ADDRESS_REFUSED'],
  ['https://localhost/', 'WEBHOOK_ADDRESS_REFUSED'],
])('a webhook to %s is refused when it is made', async (wrong, code) => {
  expect(await create({ body: { url: wrong } })).toMatchObject({ status: 422, body: { code } });
});

const foreign: readonly ((id: string) => WebhookCall)[] = [
  (id) => ({ path: `/webhooks/${id}` }),
  (id) => ({ path: `/webhooks/${id}/deliveries` }),
  (id) => ({ path: `/webhooks/${id}`, method: 'DELETE' }),
  (id) => ({ path: `/webhooks/${id}/secret`, method: 'POST' }),
  (id) => ({ path: `/webhooks/${id}/test`, method: 'POST' }),
  (id) => ({ path: `/webhooks/${id}/state`, body: { state: 'disabled' } }),
  (id) => ({ path: `/webhooks/${id}/deliveries/msg_${'0'.repeat(32)}/redeliver`, method: 'POST' }),
];

test('somebody else’s webhook looks like one that is not there, whatever is asked of it', async () => {
  const { id } = await made();
  const none = `wh_${'0'.repeat(32)}`;
  for (const call of foreign) {
    const [theirs, missing] = [
      await desk({ ...call(id), as: 'bob:customer' }),
      await desk({ ...call(none), as: 'bob:customer' }),
    ];
    expect([theirs.status, theirs.body.code]).toEqual([404, 'NOT_FOUND']);
    expect([missing.status, missing.body.detail]).toEqual([404, theirs.body.detail]);
  }
  expect((await desk({ path: '/webhooks', as: 'bob:customer' })).body.webhooks).toEqual([]);
  expect(await desk({ path: `/webhooks/${id}` })).toMatchObject({ body: { state: 'enabled' } });
});

test('an operator sees and disables everybody’s, and its owner cannot take that back', async () => {
  const { id } = await made();
  const as = 'olga:operator';
  expect((await desk({ path: '/webhooks', as })).body.webhooks).toMatchObject([{ id }]);
  const state = { path: `/webhooks/${id}/state` };
  const disabled = await desk({ ...state, as, body: { state: 'disabled' } });
  expect(disabled.body).toMatchObject({ state: 'disabled', disabledFor: 'OPERATOR' });
  const enable = { ...state, body: { state: 'enabled' } };
  expect(await desk(enable)).toMatchObject({ status: 409, body: { code: 'WEBHOOK_DISABLED' } });
  const test = await desk({ path: `/webhooks/${id}/test`, method: 'POST' });
  expect(test).toMatchObject({ status: 409, body: { code: 'WEBHOOK_DISABLED' } });
  expect(await desk({ ...enable, as })).toMatchObject({ body: { state: 'enabled' } });
  for (const path of [`/webhooks/${id}/secret`, `/webhooks/${id}/test`]) {
    expect(await desk({ path, method: 'POST', as })).toMatchObject({ status: 403 });
  }
});

test('a new secret comes once for a key, and the one before signs beside it', async () => {
  const { id, secret } = await made();
  await desk({ path: `/webhooks/${id}/test`, method: 'POST', key: 't-1' });
  const rotate = () => desk({ path: `/webhooks/${id}/secret`, method: 'POST', key: 'r-1' });
  const [first, again] = [await rotate(), await rotate()];
  expect(first.body.secret).not.toBe(secret);
  expect(first.body.oldSecretUntil).toEqual(expect.any(String));
  expect(again.body).toEqual(first.body);
  const [claimed] = await webhooks.store.claim({ limitMax: 1, areFailing: false });
  expect(claimed).toMatchObject({ secret: first.body.secret, old: { secret } });
});

test('what was sent is listed, page by page, and sent again when its owner asks', async () => {
  const { id } = await made();
  const path = `/webhooks/${id}/deliveries`;
  const test = (key: string) => desk({ path: `/webhooks/${id}/test`, method: 'POST', key });
  const sent = [await test('a'), await test('b'), await test('a')].map(({ body }) => body.id);
  expect(new Set(sent).size).toBe(2);
  const first = await desk({ path: `${path}?limit=1` });
  const rest = await desk({ path: `${path}?limit=1&after=${String(first.body.next)}` });
  const listed = [first, rest].map(({ body }) => (body.deliveries as { id: string }[])[0]?.id);
  expect(listed).toEqual([sent[1], sent[0]]);
  const [claimed] = await webhooks.store.claim({ limitMax: 1, areFailing: false });
  const attempted = { error: 'TIMED_OUT' } as const;
  await webhooks.store.finish(claimed!, { attempted, result: 'dead' });
  const dead = await desk({ path: `${path}?state=dead` });
  expect(dead.body.deliveries).toMatchObject([
    { id: claimed?.id, state: 'dead', attempts: 1, lastError: 'TIMED_OUT' },
  ]);
  const again = await desk({ path: `${path}/${claimed?.id}/redeliver`, method: 'POST' });
  expect(again).toMatchObject({ status: 202, body: { state: 'pending', attempts: 1 } });
});

test('a webhook that is forgotten takes what was to be sent along', async () => {
  const { id } = await made();
  await desk({ path: `/webhooks/${id}/test`, method: 'POST' });
  expect(await desk({ path: `/webhooks/${id}`, method: 'DELETE' })).toMatchObject({ status: 204 });
  expect(await desk({ path: `/webhooks/${id}` })).toMatchObject({ status: 404 });
  expect(await webhooks.store.counts()).toMatchObject({ pending: 0, dead: 0 });
});
