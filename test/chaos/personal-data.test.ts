import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { filesWith } from '../../cli/attack/file-scan';
import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { until } from '../../cli/up/api-client';
import type { ApiAnswer } from '../../cli/up/api-client';
import { consulName } from '../../platform/discovery/consul';
import { hashOfSubject } from '../../platform/keys/deletion-log';
import { checkpoint } from '../support/checkpoint';
import { eventually } from '../support/eventually';
import { runHoldfast } from '../support/holdfast-cli';
import { asAdmin } from '../support/key-store';
import { apiClient, control, world } from '../support/world';

const api = apiClient();
const archive = mkdtempSync(path.join(tmpdir(), 'holdfast-export-'));
afterAll(async () => {
  await api.close();
  rmSync(archive, { recursive: true, force: true });
});

/** Where servers and processes keep, below the state, what identifies an order, a customer and a service in clear. */
const kept = [
  ...(['postgres/base/', 'postgres/pg_wal/', 'mongodb/collection-'] as const),
  ...(['mongodb/journal/', 'dynamodb/', 'kafka/', 'redis/', 'temporal/'] as const),
  ...(['consul/', 'keycloak/data/', 'logs/'] as const),
];

/** A word that stands nowhere else, and that no compression breaks. */
const word = (): string => randomBytes(18).toString('base64url');

const orderId = `order-${word()}`;
const secrets = [word(), word()] as const;
const delivery = {
  ...{ name: `Erin ${secrets[0]}`, street: `1 ${secrets[1]} Lane` },
  ...{ city: 'Nowhere', country: 'SE' },
};
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

const files = (folder: string, words: readonly string[]) => [
  ...new Set([...filesWith(folder, words).values()].flat()),
];

/** Of the database `keys`, as a backup has it. */
async function keyOf(person: string): Promise<readonly Record<string, string>[]> {
  const [columns, subject] = ['subject, id, wrapped', hashOfSubject(person)];
  return asAdmin('keys', `select ${columns} from subject_keys where subject = '${subject}'`);
}

describe('where an order goes', () => {
  const otherId = `${orderId}-b`;
  let erin: Shop;
  let dave: Shop;
  let workflowId: string;
  let backup: readonly Record<string, string>[] = [];

  const expectForgotten = () =>
    eventually(async () => {
      const { body } = await read(erin, orderId);
      expect(body).toMatchObject({ status: 'confirmed', delivery: null });
      expect(body.deliveryState).toBe('forgotten');
      const other = (await read(dave, otherId)).body;
      expect(other).toMatchObject({ delivery, deliveryState: 'shown' });
    }, 30_000);

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

  it('stands in no file of any server, in no log and in no archive', async () => {
    const exported = await holdfast('archive', 'export', '--folder', archive);
    expect(exported).toMatchObject({ exitCode: 0 });
    expect(files(archive, [orderId])).not.toEqual([]);
    const known = [orderId, workflowId, erin.customerId, consulName('orders', '')];
    await eventually(async () => {
      await checkpoint();
      const found = files(world().stateDir, known);
      const lacking = kept.filter((place) => !found.some((file) => file.startsWith(place)));
      expect(lacking).toEqual([]);
    }, 60_000);
    expect(files(world().stateDir, secrets)).toEqual([]);
    expect(files(archive, secrets)).toEqual([]);
  }, 180_000);

  it('is forgotten with its person everywhere, and with nobody else', async () => {
    backup = await keyOf(erin.customerId);
    expect(backup).toHaveLength(1);
    const forget = await holdfast('forget', erin.customerId, '--reason', 'a test', '--yes');
    expect([forget.exitCode, JSON.parse(forget.out)]).toEqual([0, { forgotten: true }]);
    await expectForgotten();
    const again = await place(erin, orderId, idempotencyKey);
    expect([again.status, again.body.code]).toEqual([410, 'SUBJECT_FORGOTTEN']);
    expect((await place(dave, otherId)).replayed).toBe(true);
    expect((await erin.placeOrder()).status).toBe(202);
  }, 60_000);

  it('stays forgotten when the keys come back from a backup of before', async () => {
    const [{ subject, id, wrapped } = {}] = backup;
    await asAdmin('keys', `delete from deletions`);
    await asAdmin('keys', `insert into subject_keys values ('${subject}', '${id}', '${wrapped}')`);
    expect(await keyOf(erin.customerId)).toEqual(backup);
    await expectForgotten();
    await control('kill', 'keys');
    await control('await', 'keys');
    await expectForgotten();
    expect(await keyOf(erin.customerId)).toEqual([]);
  }, 90_000);

  it('was no part of what rebuild and auditor compare: both find everything in order', async () => {
    const rebuild = await holdfast('rebuild', 'orders', '--verify');
    expect([rebuild.exitCode, JSON.parse(rebuild.out)]).toMatchObject([0, { findings: [] }]);
    const audit = await holdfast('audit');
    const { findings } = JSON.parse(audit.out) as { findings: readonly object[] };
    const ours = findings.filter((one) => JSON.stringify(one).includes(orderId));
    expect(ours).toEqual([]);
  }, 120_000);
});
