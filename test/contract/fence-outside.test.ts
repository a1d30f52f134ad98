import { openProvider } from '../../activities/payments/provider/client';
import { readProviderLedger } from '../../activities/payments/provider/ledger';
import type { Outside } from '../../platform/participant/outside/port';
import type { ServiceStore } from '../../platform/outbox/ports';
import type { Box } from '../support/box-service';
import { inBatches } from '../support/in-batches';
import { freshInstance, storeCases } from '../support/stores';
import { expectTillCell, tillCells } from '../support/till-cells';
import type { TillProvider } from '../support/till-play';
import { ledgerProvider, playTill } from '../support/till-play';
import { playTillSchedule, tillSchedules } from '../support/till-schedules';
import { configFor } from '../support/world';

/** Schedules on a real store: one in this many, coprime to every period; all of them by HOLDFAST_TEST_SCHEDULES=1. */
const stride = Number(process.env.HOLDFAST_TEST_SCHEDULES ?? 251);
const atOnce = 8;

test('every order of deliveries with every crash ends with one charge or none, in the model', async () => {
  const [memory] = storeCases;
  const schedules = tillSchedules();
  for (const [index, schedule] of schedules.entries()) {
    const store = memory!.open('');
    await playTillSchedule(playTill(store, ledgerProvider(), `saga-${index}`), schedule);
  }
  process.stdout.write(`fence: outside ${schedules.length}/${schedules.length} in the model\n`);
  expect(schedules).toHaveLength(6_250);
});

describe.each(storeCases)('calls to the card provider behind the fence on $name', ({ open }) => {
  let store: ServiceStore<Box>;
  let outside: Outside;
  let provider: TillProvider;

  beforeAll(async () => {
    const instance = freshInstance();
    const config = configFor('payments', instance);
    store = open(instance);
    await store.migrate();
    outside = openProvider(config);
    provider = { outside, chargesOf: (reference) => readProviderLedger(config, reference) };
  });
  afterAll(() => Promise.all([store.close(), outside.close()]));

  test.each(tillCells.map((cell, index) => ({ ...cell, index })))(
    '$title after $before',
    async ({ index, ...cell }) => {
      await expectTillCell(playTill(store, provider, `till-${index}`), cell);
    },
  );

  test('orders of deliveries with crashes end with one charge or none', async () => {
    const schedules = tillSchedules().filter((_, index) => index % stride === 0);
    await inBatches(schedules, atOnce, (schedule, index) =>
      playTillSchedule(playTill(store, provider, `schedule-${index}`), schedule),
    );
    expect(schedules.length).toBeGreaterThanOrEqual(24);
  }, 300_000);

  test.each([
    ['an undo', 'U0', 'no-effect'],
    ['a settle', 'S0', 'not-done'],
  ])(
    'a forward that wakes up before its call cannot charge after %s',
    async (_w, delivery, said) => {
      const till = playTill(store, provider, `zombie-${delivery}`);
      const zombie = await till.heldBeforeCall('F0');
      expect(await till.deliver(delivery)).toBe(said);
      expect(await zombie.resume()).toBe('STEP_FENCED');
      expect(await till.look()).toEqual({ row: 'tombstone 0', coins: 0, charges: [] });
    },
  );

  test('an undo that wakes up before its reversal reverses nothing that was settled done', async () => {
    const till = playTill(store, provider, 'zombie-reversal');
    await till.deliver('F0');
    const zombie = await till.heldBeforeCall('U0');
    expect(await till.deliver('S0')).toBe('done 5');
    expect(await zombie.resume()).toBe('STEP_FENCED');
    expect(await till.look()).toEqual({ row: 'done 1', coins: 10, charges: ['authorized'] });
  });
});
