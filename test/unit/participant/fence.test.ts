import { createMemoryStore } from '../../../platform/outbox/memory/store';
import { auditBoxes } from '../../support/box-audit';
import type { Box } from '../../support/box-service';
import { expectCell, fenceCells } from '../../support/fence-cells';
import { playFamilies } from '../../support/fence-families';
import { playOn } from '../../support/fence-play';
import { allSchedules, playSchedule } from '../../support/fence-schedules';

describe('the fence, cell by cell, on the in-memory model', () => {
  test.each(fenceCells)('$title ($delivery after $before)', async (cell) => {
    await expectCell(playOn(createMemoryStore<Box>(), 'saga-1'), cell);
  });
});

describe('the fence against a hostile network, on the in-memory model', () => {
  test('every order of two forwards and two undos with every crash ends in one net effect or none', async () => {
    const schedules = allSchedules();
    const store = createMemoryStore<Box>();
    for (const [index, schedule] of schedules.entries()) {
      await playSchedule(store, `saga-${index}`, schedule);
    }
    await auditBoxes(store);
    expect(schedules).toHaveLength(486);
  });

  test('the families of settles, epochs and runs keep every promise in every order', async () => {
    const played = await playFamilies(() => createMemoryStore<Box>(), {
      atOnce: 1,
      compare: false,
    });
    expect(played).toBeGreaterThan(300);
  });
});
