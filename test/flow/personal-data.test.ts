import { randomBytes } from 'node:crypto';
import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { until } from '../../cli/up/api-client';
import type { ApiAnswer } from '../../cli/up/api-client';
import { filesWith } from '../../cli/attack/file-scan';
import { eventually } from '../support/eventually';
import { runHoldfast } from '../support/holdfast-cli';
import { apiClient, world } from '../support/world';

const api = apiClient();
afterAll(() => api.close());

/** Folders of the state, one a server, which hold what identifies an order in clear. */
const kept = ['postgres', 'mongodb', 'dynamodb', 'kafka', 'redis', 'temporal', 'logs'] as const;

/** A word that stands nowhere else, and the ways in which it would stand in base64. */
function canary() {
  const word = randomBytes(16).toString('hex');
  const inBase64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(word)]).toString('base64');
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  return { word, forms: [word, ...inBase64] };
}

const orderId = `order-${randomBytes(6).toString('hex')}`;
const secret = canary();
const delivery = { name: `Erin ${secret.word}`, street: '1 Lane', city: 'Nowhere', country: 'SE' };
const idempotencyKey = `key-${orderId}`;

async function place(shop: Shop, id: string, key = `key-${id}`): Promise<ApiAnswer> {
  const change = (body: Record<string, unknown>) => ({ ...body, delivery });
  return shop.placeOrder({ orderId: id, idempotencyKey: key, change });
}

async function read(shop: Shop, id: string): Promise<ApiAnswer> {
  return api.call(`/orders/${id}`, { token: await shop.customerToken() });
}

async function placed(shop: Shop, id: string): Promise<string> {
  const started = await place(shop, id);
  expect(started.status).toBe(202);
  expect(await shop.outcomeOf(String(started.location))).toMatchObject({ state: 'completed' });
  await until(`the confirmed ${id}`, 30_000, async () =>
    (await read(shop, id)).body.status === 'confirmed' ? true : undefined,
  );
  return String(started.body.id);
}

const holdfast = (...words: string[]) =>
  runHoldfast([...words, '--state', world().stateDir, '--json']);

describe('where an order goes', () => {
  const otherId = `${orderId}-b`;
  let erin: Shop;
  let dave: Shop;
  let workflowId: string;

  beforeAll(async () => {
    [erin, dave] = await Promise.all([
      openShop({ api, customer: 'erin' }),
      openShop({ api, customer: 'dave' }),
    ]);
    [workflowId] = await Promise.all([placed(erin, orderId), placed(dave, otherId)]);
  }, 180_000);

  it('is shown to its customer, hidden from a viewer, and unknown to anybody else', async () => {
    expect((await read(erin, orderId)).body).toMatchObject({ delivery, deliveryState: 'shown' });
    const viewer = await api.call(`/orders/${orderId}`, { token: await api.token('vera') });
    expect(viewer.body).toMatchObject({ delivery: null, deliveryState: 'hidden' });
    expect((await read(dave, orderId)).status).toBe(404);
  });

  it('stands in no file of any server, in no log and in no trace', async () => {
    const known = [orderId, workflowId];
    await eventually(() => {
      const found = [...filesWith(world().stateDir, known).values()].flat();
      const lacking = kept.filter((server) => !found.some((file) => file.startsWith(server)));
      expect(lacking).toEqual([]);
    }, 60_000);
    const hits = filesWith(world().stateDir, secret.forms);
    expect([...hits.values()].flat()).toEqual([]);
  }, 120_000);

  it('is forgotten with its person everywhere, and with nobody else', async () => {
    const forget = await holdfast('forget', erin.customerId, '--reason', 'a test', '--yes');
    expect([forget.exitCode, JSON.parse(forget.out)]).toEqual([0, { forgotten: true }]);
    await eventually(async () => {
      const { body } = await read(erin, orderId);
      expect(body).toMatchObject({ status: 'confirmed', delivery: null });
      expect(body.deliveryState).toBe('forgotten');
    }, 30_000);
    expect((await read(dave, otherId)).body).toMatchObject({ delivery, deliveryState: 'shown' });
    const again = await place(erin, orderId, idempotencyKey);
    expect([again.status, again.body.code]).toEqual([410, 'SUBJECT_FORGOTTEN']);
    expect((await place(dave, otherId)).replayed).toBe(true);
    expect((await erin.placeOrder()).status).toBe(202);
  }, 60_000);

  it('was no part of what rebuild and auditor compare: both find everything in order', async () => {
    const rebuild = await holdfast('rebuild', 'orders', '--verify');
    expect([rebuild.exitCode, JSON.parse(rebuild.out)]).toMatchObject([0, { findings: [] }]);
    const audit = await holdfast('audit');
    const { findings } = JSON.parse(audit.out) as { findings: readonly object[] };
    const ours = findings.filter((one) => JSON.stringify(one).includes(orderId));
    expect(ours).toEqual([]);
  }, 120_000);
});
