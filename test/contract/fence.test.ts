import type { ServiceStore } from '../../platform/outbox/ports';
import { auditBoxes } from '../support/box-audit';
import type { Box } from '../support/box-service';
import { expectCell, fenceCells } from '../support/fence-cells';
import { playFamilies } from '../support/fence-families';
import { playOn } from '../support/fence-play';
import { raceOneBox, raceOneStep } from '../support/fence-races';
import { allSchedules, playSchedule } from '../support/fence-schedules';
import { inBatches } from '../support/in-batches';
import { freshInstance, storeCases } from '../support/stores';

/** Sagas played at the same time; each has rows of its own. */
const atOnce = 8;
/** Truly concurrent deliveries of one step; more by HOLDFAST_TEST_RACES. */
const races = Number(process.env.HOLDFAST_TEST_RACES ?? 60);

describe.each(storeCases)('the fence on $name', ({ name, open }) => {
  let store: ServiceStore<Box>;
  const report = (text: string) => process.stdout.write(`fence: ${name} ${text}\n`);

  beforeAll(async () => {
    store = open(freshInstance());
    await store.migrate();
  });
  afterAll(() => store.close());

  test('every order of two forwards and two undos with every crash ends in one net effect or none', async () => {
    const schedules = allSchedules();
    let passed = 0;
    await inBatches(schedules, atOnce, async (schedule, index) => {
      await playSchedule(store, `schedule-${index}`, schedule);
      passed += 1;
    });
    report(`${passed}/${schedules.length} schedules`);
    expect(passed).toBe(486);
  }, 180_000);

  test.each(fenceCells.map((cell, index) => ({ ...cell, index })))(
    '$title ($delivery after $before)',
    async ({ index, ...cell }) => {
      await expectCell(playOn(store, `cell-${index}`), cell);
    },
  );

  test('the families of settles, epochs and runs agree with the model in every order', async () => {
    const played = await playFamilies(() => store, { atOnce });
    report(`${played}/${played} sequences of settles, epochs and runs`);
    expect(played).toBeGreaterThan(300);
  }, 180_000);

  test('deliveries that race for one step leave what the step record says', async () => {
    const numbers = Array.from({ length: races }, (_, number) => number);
    await inBatches(numbers, 4, (number) => raceOneStep(store, `race-${number}`));
    report(`${races}/${races} races for one step`);
  }, 180_000);

  test('sagas that race for one aggregate are all counted once', async () => {
    for (let round = 0; round < 5; round += 1) await raceOneBox(store, `hot-${round}`, 10);
    report('5/5 races of 10 sagas for one aggregate');
  }, 120_000);

  test('after all of it every aggregate is the fold of its contiguous history', async () => {
    const audited = await auditBoxes(store);
    report(`${audited}/${audited} aggregates equal the fold of their history`);
    expect(audited).toBeGreaterThan(486);
  }, 120_000);
});
