import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { openReadModelStore } from '../../projections/store';
import { eventually } from '../support/eventually';
import { holdfastDeadLetters as holdfast } from '../support/holdfast-cli';
import { openedOrder, parkLetter } from '../support/parked-letter';
import { openedRows } from '../support/read-rows';
import { configFor } from '../support/world';

const keys = openKeyring(configFor('projector'), { log: silentLog });
const store = openReadModelStore(configFor('projector'), keys);
afterAll(() => Promise.all([store.close(), keys.close()]));

const orderId = 'letters-flow-1';
const opened = openedOrder(orderId);

it('a dead letter is found, corrected and applied by an operator, and by nobody else', async () => {
  const id = await parkLetter({ keys, store }, { orderId, offset: 0 });
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
