import type { PendingTell } from '../../platform/reactions/starter';
import type { SignedVerb } from '../../platform/saga/verbs';
import { deliver, signedTelling } from '../../reactions/engine';
import { createTestGrants } from '../support/grants';
import type { TestGrants } from '../support/grants';
import { startFamilyWorld } from './support/family';
import type { FamilyWorld } from './support/family';
import type { StartedSaga } from './support/saga-world';

let grants: TestGrants;
let family: FamilyWorld;
beforeAll(async () => {
  grants = await createTestGrants();
  family = await startFamilyWorld('reactions', grants);
});
afterAll(() => family.world.stop());
afterEach(() => family.world.participants.heal());

/** What the event says to a saga that waits for a callback, as the orchestrator signs it. */
function tellingOf(saga: StartedSaga, told: { seq?: number; as?: string } = {}) {
  const { seq = 1, as = 'operator' } = told;
  const pending: PendingTell = {
    reaction: 'on-callbacks',
    row: {
      ...{ eventId: `call/c-1:${seq}`, eventTime: '2026-11-26T10:00:00.000Z', saga: 'asking' },
      ...{ wait: 'callback', jti: `${seq}`.padStart(32, '0'), businessKey: 'key' },
      ...{ input: { sku: `sku-${seq}` }, until: '2026-11-27T10:00:00.000Z', state: 'pending' },
    },
  };
  const { workflowId } = saga.handle;
  return signedTelling(grants.orchestrator, pending, { as, workflowId });
}

async function tell(saga: StartedSaga, told: Parameters<typeof tellingOf>[1] = {}) {
  return deliver(saga.handle, await tellingOf(saga, told));
}

const isWaiting = ({ awaiting }: { readonly awaiting: readonly unknown[] }) => awaiting.length > 0;

test('a saga is told by an event what it waits for, once', async () => {
  const saga = await family.world.start('asking', {});
  await saga.until(isWaiting);
  expect(await tell(saga)).toBe('told');
  expect(await saga.result()).toMatchObject({ outcome: 'completed', result: { sku: 'sku-1' } });
  // The journal names the reaction and its event, and has taken them one time.
  const { acts } = await family.entryOf(saga.handle.workflowId);
  expect(Object.keys(acts ?? {})).toEqual(['1'.padStart(32, '0')]);
});

test('the same event again is the same act, also while the first is on its way', async () => {
  const saga = await family.world.start('asking', {});
  await saga.until(isWaiting);
  expect(await Promise.all([tell(saga), tell(saga)])).toEqual(['told', 'told']);
  expect(await tell(saga, { seq: 2 })).toBe('nobody');
  expect(await saga.result()).toMatchObject({ result: { sku: 'sku-1' } });
});

test('who does not wait is not told: not yet, and not any more', async () => {
  let answer: () => void = () => undefined;
  const waitsFor = new Promise<void>((resolve) => (answer = resolve));
  family.world.participants.next('forward reserve:first', { waitsFor });
  const saga = await family.world.start('asking', {});
  await saga.until(({ steps }) => steps.length > 0);
  expect(await tell(saga)).toBe('nobody');
  answer();
  await saga.until(isWaiting);
  expect(await tell(saga)).toBe('told');
  await saga.result();
  expect(await tell(saga, { seq: 2 })).toBe('nobody');
});

test('a wait for another role is not ended by it, and the orchestrator signs nothing else', async () => {
  const saga = await family.world.start('asking', {});
  await saga.until(isWaiting);
  expect(await tell(saga, { as: 'viewer' })).toBe('refused');
  const { workflowId } = saga.handle;
  const act = { jti: 'j'.repeat(20), reason: 'no person asked for it' };
  const by = { actor: 'reactor', roles: ['operator'] };
  const grant = await grants.orchestrator.mint({ ...act, verb: 'pause', workflowId }, by);
  const paused = saga.handle.executeUpdate<unknown, [SignedVerb]>('pause', {
    args: [{ ...act, grant }],
  });
  await expect(paused).rejects.toMatchObject({ cause: { type: 'GRANT_INVALID' } });
  expect(await tell(saga)).toBe('told');
  expect(await saga.result()).toMatchObject({ outcome: 'completed' });
});
