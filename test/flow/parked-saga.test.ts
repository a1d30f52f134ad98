import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { openShop } from '../../cli/chaos/shop';
import { sealedTemporal } from '../../platform/host/sealed-temporal';
import { connectTemporal } from '../../platform/host/temporal-worker';
import { writeFaultPlan } from '../../platform/runtime/fault-plan';
import { metricNames } from '../../platform/runtime/metric-names';
import { silentLog } from '../../platform/runtime/log';
import type { SagaView } from '../../platform/saga/wire';
import { openKeyring } from '../../platform/security/keys/keyring';
import type { Keyring } from '../../platform/security/keys/vault';
import { createGrantMinter } from '../../platform/security/grants';
import { readCredentials } from '../../platform/security/tls';
import { eventually } from '../support/eventually';
import { holdfastSagas as holdfast } from '../support/holdfast-cli';
import { scrape } from '../support/scrape';
import { apiClient, configFor, world } from '../support/world';

const api = apiClient();
let connection: NativeConnection;
let temporal: Client;
let keyring: Keyring;

beforeAll(async () => {
  const config = configFor('gateway');
  connection = await connectTemporal(config);
  keyring = openKeyring(config, { log: silentLog });
  const dataConverter = sealedTemporal(config, keyring);
  await keyring.ready();
  const namespace = config.HOLDFAST_TEMPORAL_NAMESPACE;
  temporal = new Client({ connection, namespace, dataConverter });
});
afterAll(async () => {
  await Promise.all([connection.close(), keyring.close()]);
  await api.close();
});

const step = 'ship stock';
const reason = 'the carrier is back, ticket 4711';
const viewOf = (id: string) => temporal.workflow.getHandle(id).query<SagaView>('saga');

/** A saga past its pivot whose shipping is refused once; it waits for a decision first, so that this can be planned. */
async function parkSaga(): Promise<{ readonly id: string; readonly location: string }> {
  const shop = await openShop({ api, customer: 'carol', received: 1_000 });
  const started = await shop.placeOrder({ quantity: 420 });
  const [id, location] = [String(started.body.id), String(started.location)];
  await eventually(async () => expect((await viewOf(id)).awaiting).toHaveLength(1), 60_000);
  const refusal = { step, kind: 'forward', fault: 'refusal', times: 1 } as const;
  writeFaultPlan(world().faultDir, id, [{ ...refusal, code: 'NOT_RESERVED' }]);
  const words = ['--approve', '--step', 'manual review', '--reason', 'known customer'];
  expect(await holdfast('pam', 'decide', id, ...words)).toMatchObject({ exitCode: 0 });
  await eventually(async () => expect((await viewOf(id)).state).toBe('parked'), 60_000);
  return { id, location };
}

describe('a saga that is parked behind its pivot', () => {
  let id: string;
  let location: string;
  beforeAll(async () => {
    ({ id, location } = await parkSaga());
  }, 180_000);

  it('is counted as parked, with how long it has waited', async () => {
    const active = `${metricNames.sagasActive}{saga="place-order",state="parked"}`;
    const oldest = `${metricNames.sagaParkedAge}{saga="place-order"}`;
    await eventually(async () => {
      const said = await scrape('projector');
      expect(said.get(active)).toBeGreaterThanOrEqual(1);
      expect(said.get(oldest)).toBeGreaterThan(0);
    }, 60_000);
  });

  it('is found with one list command, and explained', async () => {
    await eventually(async () => {
      const listed = await holdfast('olga', 'list', '--state', 'parked', '--json');
      const { sagas } = JSON.parse(listed.out) as { sagas: { id: string }[] };
      expect(sagas.map((saga) => saga.id)).toContain(id);
    }, 60_000);
    const { exitCode, out } = await holdfast('olga', 'explain', id);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Parked at "ship stock"[\s\S]*NOT_RESERVED|NOT_RESERVED[\s\S]*Parked at/);
    expect(out).toMatch(/retry: /);
  }, 120_000);

  it('takes no verb from anybody without the role', async () => {
    const own = await holdfast('carol', 'retry', id, '--reason', 'mine');
    expect([own.exitCode, own.out]).toEqual([4, '']);
    const foreign = await holdfast('alice', 'retry', id, '--reason', 'not mine');
    expect(foreign.out).toBe('');
    expect([3, 4]).toContain(foreign.exitCode);
    expect((await viewOf(id)).state).toBe('parked');
  }, 60_000);

  it('is not moved by an update that was sent straight to Temporal under another identity', async () => {
    const before = await viewOf(id);
    const act = { verb: 'retry', workflowId: id, jti: randomUUID(), reason } as const;
    // A certificate of ours, and so trusted, but not the one that may vouch for people.
    const insider = createGrantMinter({ credentials: () => readCredentials(configFor('orders')) });
    const grant = await insider.mint(act, { actor: 'olga', roles: ['operator'] });
    for (const forged of [grant, `${grant.slice(0, -8)}AAAAAAAA`, 'not a grant at all']) {
      const { jti } = act;
      const update = temporal.workflow.getHandle(id).executeUpdate('retry', {
        args: [{ grant: forged, jti, reason }],
      });
      await expect(update).rejects.toMatchObject({ name: 'WorkflowUpdateFailedError' });
    }
    expect(await viewOf(id)).toEqual(before);
  }, 60_000);

  it('is repaired with one verb; the same again changes nothing, and the journal says who and why', async () => {
    const words = ['retry', id, '--reason', reason, '--key', `key-${randomUUID()}`];
    const first = await holdfast('olga', ...words);
    expect([first.err, first.exitCode]).toEqual(['', 0]);
    await eventually(async () => expect((await viewOf(id)).state).toBe('completed'), 60_000);
    const ended = await viewOf(id);
    const again = await holdfast('olga', ...words);
    expect([again.err, again.exitCode]).toEqual(['', 0]);
    expect(await viewOf(id)).toEqual(ended);
    await eventually(async () => {
      const { out } = await holdfast('olga', 'explain', id);
      const acts = out.slice(out.indexOf('Who acted:')).split('\n');
      const retries = acts.filter((line) => line.includes(reason));
      expect(retries).toEqual([expect.stringContaining('retry')]);
    }, 60_000);
    const token = await api.token('olga');
    expect((await api.call(location, { token })).body).toMatchObject({ state: 'completed' });
  }, 180_000);
});

it('many parked sagas are told the same at once, after a preview with exactly that count', async () => {
  const parked = [await parkSaga(), await parkSaga()];
  const filter = ['--parked-reason', 'NOT_RESERVED', '--state', 'parked', '--json'];
  const words = ['bulk', 'retry', ...filter, '--reason', reason];
  await eventually(async () => {
    const preview = await holdfast('olga', ...words);
    expect(JSON.parse(preview.out)).toMatchObject({ count: 2 });
  }, 60_000);
  const done = await holdfast('olga', ...words, '--expect', '2');
  expect([done.exitCode, JSON.parse(done.out)]).toEqual([
    0,
    expect.objectContaining({ state: 'done', accepted: 2, failed: 0 }),
  ]);
  for (const { id } of parked) {
    await eventually(async () => expect((await viewOf(id)).state).toBe('completed'), 60_000);
  }
}, 300_000);
