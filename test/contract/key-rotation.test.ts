import { payments } from '../../activities';
import { customerOrders } from '../../projections/customer-orders';
import { runHoldfast } from '../support/holdfast-cli';
import { openKeyStoreWorld } from '../support/key-store';
import type { KeyStoreWorld } from '../support/key-store';
import { openLogWorld } from '../support/log-world';
import { openedRows, putRows } from '../support/read-rows';
import { fillLedger, openSealedLedger } from '../support/sealed-ledger';
import { openBench } from '../support/service-bench';
import { freshInstance } from '../support/stores';
import { configFor, environmentFor } from '../support/world';

/** The command line is started twelve times. */
jest.setTimeout(300_000);

const purpose = 'store.payments';
const instance = freshInstance();
let keyStore: KeyStoreWorld;
beforeAll(async () => void (keyStore = await openKeyStoreWorld()));
afterAll(() => keyStore.close());

/** `holdfast keys` on an instance, with the environment of a process. */
function keysOf(of: string, owner: string, ...words: readonly string[]) {
  const told = { HOLDFAST_INSTANCE: of, HOLDFAST_KEYS_URL: keyStore.url() };
  return runHoldfast(['keys', ...words, '--json'], { ...environmentFor(owner), ...told });
}
const holdfastKeys = (owner: string, ...words: readonly string[]) =>
  keysOf(instance, owner, ...words);

/** The service with the keys as they are now. */
async function openPayments() {
  const keys = await keyStore.keysOf('payments', purpose);
  const bench = await openBench(payments, configFor('payments', instance), keys);
  return { bench, close: () => Promise.all([bench.close(), keys.close()]) };
}

async function keyIds(of: string = purpose, owner = 'payments'): Promise<readonly string[]> {
  const { body } = await keyStore.ask(owner, 'POST', `/purposes/${of}/keys`, { sealed: {} });
  return (body.keys as { id: string }[]).map(({ id }) => id);
}

test('a key is retired when no row needs it any more, and not before', async () => {
  const before = await openPayments();
  await before.bench.operate('openAccount', {
    ...{ customerId: 'c-1', currency: 'EUR', limitCents: 5_000 },
  });
  await before.bench.operate('deposit', { customerId: 'c-1', amountCents: 500, currency: 'EUR' });
  const history = await before.bench.history();
  expect(history.length).toBeGreaterThan(1);
  await before.close();
  const [old = ''] = await keyIds();

  const reason = 'a drill';
  await keyStore.ask('admin', 'POST', `/purposes/${purpose}/rotate`, { reason });
  const during = await openPayments();
  expect(await during.bench.history()).toEqual(history);
  await during.bench.operate('deposit', { customerId: 'c-1', amountCents: 7, currency: 'EUR' });

  const hasty = await holdfastKeys('admin', 'retire', purpose, old, '--reason', reason);
  const mayStill = expect.stringContaining('processes may still seal') as string;
  expect([hasty.exitCode, hasty.err]).toEqual([4, mayStill]);
  const unknown = await holdfastKeys('admin', 'retire', purpose, 'no-such-key', '--reason', reason);
  expect(unknown.err).toContain('KEY_UNKNOWN');
  await keyStore.sql(`update data_keys set created_at = created_at - interval '10 minutes'`);
  const early = await holdfastKeys('admin', 'retire', purpose, old, '--reason', reason);
  expect([early.exitCode, early.err]).toEqual([
    4,
    expect.stringContaining('rows are sealed') as string,
  ]);
  const status = await holdfastKeys('admin', 'status', '--rows');
  const rows = (JSON.parse(status.out) as { keys: { id: string; rows: number }[] }).keys;
  expect(rows.find(({ id }) => id === old)?.rows).toBeGreaterThan(0);

  const sealed = await holdfastKeys('payments', 'reseal', purpose);
  expect(JSON.parse(sealed.out)).toEqual({
    purpose,
    rows: rows.find(({ id }) => id === old)?.rows,
  });
  const late = await holdfastKeys('admin', 'retire', purpose, old, '--reason', reason);
  expect([late.exitCode, late.err]).toEqual([0, '']);
  await during.close();

  const after = await openPayments();
  expect(await keyIds()).not.toContain(old);
  expect((await after.bench.history()).slice(0, history.length)).toEqual(history);
  expect(await after.bench.state('account/c-1')).toMatchObject({ availableCents: 507 });
  await after.close();
});

test('keys of the auditor’s ledger are counted, left behind and retired like those of a database', async () => {
  const keys = await keyStore.keysOf('auditor', 'audit');
  const opened = await openSealedLedger(keys);
  await fillLedger(opened.ledger);
  await keys.close();
  const reason = 'a drill';
  await keyStore.ask('admin', 'POST', '/purposes/audit/rotate', { reason });
  await keyStore.sql(`update data_keys set created_at = created_at - interval '10 minutes'`);
  const [old = ''] = await keyIds('audit', 'auditor');
  const { HOLDFAST_INSTANCE: of } = opened.config;
  const retire = () => keysOf(of, 'admin', 'retire', 'audit', old, '--reason', reason);
  const early = await retire();
  expect([early.exitCode, early.err]).toEqual([
    4,
    expect.stringContaining('10 rows are sealed') as string,
  ]);
  const sealed = await keysOf(of, 'auditor', 'reseal', 'audit');
  expect(JSON.parse(sealed.out)).toEqual({ purpose: 'audit', rows: 10 });
  const late = await retire();
  expect([late.exitCode, late.err]).toEqual([0, '']);
  await opened.close();
});

test('rows of a read model hold their key until they are sealed anew', async () => {
  const readModels = 'read-models';
  const keys = await keyStore.keysOf('projector', readModels, 'letters');
  const world = await openLogWorld({ keys });
  const store = world.openStore();
  await store.migrate([customerOrders]);
  const kept = { sources: [], asOf: '2026-01-01T00:00:00.000Z' };
  const rows = { a: { row: { orderId: 'a' }, ...kept }, b: { row: { orderId: 'b' }, ...kept } };
  await putRows(store, customerOrders, rows);
  const [old = ''] = (await store.sealedRows.keyUse()).keys();
  const reason = 'a drill';
  await keyStore.ask('admin', 'POST', `/purposes/${readModels}/rotate`, { reason });
  await keyStore.sql(`update data_keys set created_at = created_at - interval '10 minutes'`);

  const retire = () =>
    keysOf(world.instance, 'admin', 'retire', readModels, old, '--reason', reason);
  const early = await retire();
  const uses = expect.stringContaining(`2 rows are sealed with ${old}`) as string;
  expect([early.exitCode, early.err]).toEqual([4, uses]);
  const sealed = await keysOf(world.instance, 'projector', 'reseal', readModels);
  expect(JSON.parse(sealed.out)).toEqual({ purpose: readModels, rows: 2 });
  const late = await retire();
  expect([late.exitCode, late.err]).toEqual([0, '']);
  const after = await keyStore.keysOf('projector', readModels);
  const found = await openedRows(store, { instance: world.instance, keys: after });
  expect(found.map(({ row }) => row)).toEqual([{ orderId: 'a' }, { orderId: 'b' }]);
  await Promise.all([keys.close(), after.close()]);
  await world.close();
});
