import { encodeEvent } from '../../platform/event-log/envelope';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { letterSealing } from '../../projections/letters/sealing';
import { openReadModelStore } from '../../projections/store';
import { anEvent } from '../support/events';
import { eventually } from '../support/eventually';
import { holdfastDeadLetters as holdfast } from '../support/holdfast-cli';
import { openedRows } from '../support/read-rows';
import { configFor } from '../support/world';

const keys = openKeyring(configFor('projector'), { log: silentLog });
const store = openReadModelStore(configFor('projector'), keys);
const sealing = letterSealing({ vault: keys.vault('letters'), own: ['readmodels', ''] });
afterAll(() => Promise.all([store.close(), keys.close()]));

const orderId = 'letters-flow-1';
const opened = {
  ...{ orderId, customerId: 'grace', amountCents: 1_200, currency: 'EUR' },
  lines: [{ sku: 'tea', quantity: 1 }],
  heldBy: 'a-test',
};

/** An event that no writer of ours could have sent, as the projector parks it; answers the id of the letter. */
async function park(): Promise<string> {
  const aggregateId = `order/${orderId}`;
  const data = { ...opened, amountCents: 'much' };
  const event = anEvent({ aggregateId, type: 'order.opened', data: data });
  const context = { service: 'orders', recordedTime: new Date().toISOString() };
  const { key, value, headers } = encodeEvent(event, context);
  await keys.ready();
  const at = {
    ...{ projection: 'order-status', topic: 'of-a-test', partition: 0, log_offset: '0' },
    ...{ aggregate_id: aggregateId, seq: 1, hash: event.contentHash, message_key: key },
  };
  const sealed = sealing.seal(at, { payload: value, headers });
  const [row] = await store.ask<{ id: string }>(
    `insert into dead_letters (projection, topic, partition, log_offset, aggregate_id, seq, hash,
       reason, detail, message_key, payload, headers, row_keys, copied_at)
     values ('order-status', 'of-a-test', 0, 0, $1, 1, $2, 'SCHEMA_INVALID', 'not a number', $3, $4,
       $5, array[$6], now()) returning id`,
    [aggregateId, event.contentHash, key, sealed.payload, JSON.stringify(sealed.headers), orderId],
  );
  return String(row?.id);
}

it('a dead letter is found, corrected and applied by an operator, and by nobody else', async () => {
  const id = await park();
  await eventually(async () => {
    const listed = await holdfast('olga', 'list', '--aggregate', `order/${orderId}`);
    expect([listed.exitCode, listed.out]).toEqual([0, expect.stringContaining('not a number')]);
  }, 60_000);
  const foreign = await holdfast('alice', 'show', id);
  expect([foreign.exitCode, foreign.err]).toEqual([4, expect.stringContaining('ROLE_MISSING')]);
  const missing = await holdfast('olga', 'show', '999999999');
  expect([missing.exitCode, missing.err]).toEqual([3, expect.stringContaining('NOT_FOUND')]);

  const edit = (payload: object, ...more: string[]) =>
    holdfast('olga', 'edit', id, '--payload', JSON.stringify(payload), ...more);
  const refused = await edit({ orderId }, '--reason', 'ticket 4711');
  expect([refused.exitCode, refused.err]).toEqual([4, expect.stringContaining('EDIT_INVALID')]);
  expect(refused.err).toContain('fix: correct the payload');
  const dry = await edit(opened, '--dry-run');
  expect([dry.exitCode, dry.out]).toEqual([0, expect.stringContaining(orderId)]);
  expect((await edit(opened, '--reason', 'ticket 4711')).exitCode).toBe(0);
  const retried = await holdfast('olga', 'retry', id, '--reason', 'corrected', '--json');
  expect([retried.err, JSON.parse(retried.out)]).toEqual([
    '',
    expect.objectContaining({ applied: 1, left: 0 }),
  ]);
  const told = { instance: '', projection: 'order-status', keys };
  const found = (await openedRows(store, told)).find(({ key }) => key === orderId);
  expect(found?.row).toMatchObject({ orderId, status: 'open', amountCents: 1_200 });
  const shown = await holdfast('olga', 'show', id);
  expect(shown.out).toMatch(/edit\t.*ticket 4711[\s\S]*retry\t.*corrected/);
}, 180_000);
