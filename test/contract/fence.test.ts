import type { ServiceStore } from '../../platform/outbox/ports';
import { auditBoxes } from '../support/box-audit';
import type { Box } from '../support/box-service';
import { expectCell, fenceCells } from '../support/fence-cells';
import { playFamilies } from '../support/fence-families';
import { playOn } from '../support/fence-play';
import { raceOneBox, raceOneStep } from '../support/fence-races';
import type { TwoStores } from '../support/fence-races';
import { allSchedules, playSchedule } from '../support/fence-schedules';
import { inBatches } from '../support/in-batches';
import { freshInstance, storeCases } from '../support/stores';

/** Sagas played at the same time; each has rows of its own. */
const atOnce = 8;
/** Truly concurrent deliveries of one step: a sample unless told; `npm run test:fence` tells 200. */
const races = Number(process.env.HOLDFAST_TEST_RACES ?? 20);

/** On a real store one order in nine, and all of them in the model; `npm run test:fence` plays all on all. */
const sampled = process.env.HOLDFAST_TEST_FENCE === 'all' ? 1 : 9;

/** What passed, by store; printed at the end. */
const counts = new Map(
  storeCases.map(({ name }) => [name, { schedules: 0, sequences: 0, cells: 0, races: 0 }]),
);

describe.each(storeCases)('the fence on $name', ({ name, open }) => {
  let store: ServiceStore<Box>;
  let stores: TwoStores;
  const count = counts.get(name)!;
  const oneIn = name === 'memory' ? 1 : sampled;

  beforeAll(async () => {
    const instance = freshInstance();
    store = open(instance);
    // The model lives in one process: its second connection is the first.
    stores = [store, name === 'memory' ? store : open(instance)];
    await store.migrate();
  });
  afterAll(async () => {
    for (const opened of new Set(stores)) await opened.close();
  });

  test('every order of two forwards and two undos with every crash ends in one net effect or none', async () => {
    const schedules = allSchedules().filter((_, index) => index % oneIn === 0);
    await inBatches(schedules, atOnce, async (schedule, index) => {
      await playSchedule(store, `schedule-${index}`, schedule);
      count.schedules += 1;
    });
    expect(count.schedules).toBe(486 / oneIn);
  }, 300_000);

  test.each(fenceCells.map((cell, index) => ({ ...cell, index })))(
    '$title ($delivery after $before)',
    async ({ index, ...cell }) => {
      await expectCell(playOn(store, `cell-${index}`), cell);
      count.cells += 1;
    },
  );

  test('the families of settles, epochs, runs and closings agree with the model in every order', async () => {
    count.sequences = await playFamilies(() => store, { atOnce, oneIn });
    expect(count.sequences).toBeGreaterThan(350 / oneIn);
  }, 300_000);

  test('deliveries and closings that race for one step leave what the step record says', async () => {
    const numbers = Array.from({ length: races }, (_, number) => number);
    await inBatches(numbers, 4, async (number) => {
      await raceOneStep(stores, `race-${number}`, number);
      count.races += 1;
    });
    expect(count.races).toBe(races);
  }, 300_000);

  test('sagas that race for one aggregate are all counted once', async () => {
    for (let round = 0; round < 5; round += 1) {
      await raceOneBox(stores, `hot-${round}`, 10);
      count.races += 1;
    }
  }, 120_000);

  test('after all of it every aggregate is the fold of its contiguous history', async () => {
    expect(await auditBoxes(store)).toBeGreaterThan(486 / oneIn);
  }, 120_000);
});

afterAll(() => {
  const lines = [...counts].map(
    ([name, { schedules, sequences, cells, races: raced }]) =>
      `fence: ${name.padEnd(8)} ${schedules} schedules, ${sequences} sequences, ${cells} cells, ${raced} races`,
  );
  const real = [...counts].filter(([name]) => name !== 'memory');
  const total = real.reduce((sum, [, { schedules }]) => sum + schedules, 0);
  lines.push(`fence: ${total.toLocaleString('en')} schedules passed on ${real.length} real stores`);
  process.stdout.write(`${lines.join('\n')}\n`);
});
