import { createMemoryStore } from '../../../platform/outbox/memory/store';
import type { Box } from '../../support/box-service';
import { expectTillCell, tillCells } from '../../support/till-cells';
import { ledgerProvider, playTill } from '../../support/till-play';
import { playTillSchedule, tillSchedules } from '../../support/till-schedules';

const play = (name: string) => playTill(createMemoryStore<Box>(), ledgerProvider(), name);

describe('the fence over calls to the outside, cell by cell, on the in-memory model', () => {
  test.each(tillCells)('$title after $before', async (cell) => {
    await expectTillCell(play('saga-1'), cell);
  });
});

test('orders of deliveries with crashes end with one charge or none', async () => {
  // One in eleven, coprime to every period: the contract ring plays all of them.
  const schedules = tillSchedules().filter((_, index) => index % 11 === 0);
  for (const [index, schedule] of schedules.entries()) {
    await playTillSchedule(play(`saga-${index}`), schedule);
  }
  expect(schedules.length).toBeGreaterThan(500);
});

describe('a forward that wakes up between its intent and its call', () => {
  test.each([
    ['an undo', 'U0', 'no-effect'],
    ['a settle', 'S0', 'not-done'],
  ])('cannot charge after %s shut its key', async (_what, delivery, answer) => {
    const till = play('zombie');
    const zombie = await till.heldBeforeCall('F0');
    expect(await till.deliver(delivery)).toBe(answer);
    expect(await zombie.resume()).toBe('STEP_FENCED');
    expect(await till.look()).toEqual({ row: 'tombstone 0', coins: 0, charges: [] });
  });

  test('changes nothing where another delivery finished the step', async () => {
    const till = play('zombie');
    const zombie = await till.heldBeforeCall('F0');
    expect(await till.deliver('F0')).toBe('done 5');
    expect(await zombie.resume()).toBe('done 5');
    expect(await till.look()).toEqual({ row: 'done 0', coins: 10, charges: ['authorized'] });
  });

  test('does not charge again where the step was done and undone meanwhile', async () => {
    const till = play('zombie');
    const zombie = await till.heldBeforeCall('F0');
    await till.deliver('F0');
    await till.deliver('U0');
    expect(await zombie.resume()).toBe('STEP_FENCED');
    expect(await till.look()).toEqual({ row: 'undone 0', coins: 0, charges: ['released'] });
  });
});

test('an undo that wakes up before its reversal reverses nothing a settle answered done', async () => {
  const till = play('zombie');
  await till.deliver('F0');
  const zombie = await till.heldBeforeCall('U0');
  expect(await till.deliver('S0')).toBe('done 5');
  expect(await zombie.resume()).toBe('STEP_FENCED');
  expect(await till.look()).toEqual({ row: 'done 1', coins: 10, charges: ['authorized'] });
});

test('an undo that wakes up before its cancel does not reverse what came after it', async () => {
  const till = play('zombie');
  await till.deliver('F0!word');
  const zombie = await till.heldBeforeCall('U0');
  // Before it cancels it has claimed the row: what another forward is told meanwhile is never concluded.
  expect(await till.deliver('F0')).toBe('STEP_FENCED');
  expect(await till.deliver('S0')).toBe('not-done');
  expect(await till.deliver('F1')).toBe('done 5');
  expect(await zombie.resume()).toBe('STEP_FENCED');
  expect(await till.look()).toMatchObject({ row: 'done 1', coins: 10 });
});

describe('a word that was overtaken', () => {
  test('is not concluded over the call of another epoch', async () => {
    const till = play('stale');
    await till.deliver('F0!call');
    const settle = await till.heldWithWord('S65536@b');
    // It was told "never" of the first call; meanwhile a second one has charged.
    await till.deliver('S0');
    await till.deliver('F1!word');
    expect(await settle.resume()).toBe('done 5');
    expect(await till.look()).toEqual({ row: 'done 65537', coins: 10, charges: ['authorized'] });
  });

  test('is not concluded once an undo cancels that call', async () => {
    const till = play('stale');
    const forward = await till.heldWithWord('F0');
    expect(await till.deliver('U0!call')).toBe('crashed');
    expect(await forward.resume()).toBe('STEP_FENCED');
    expect(await till.deliver('U0')).toBe('undone');
    expect(await till.look()).toEqual({ row: 'undone 0', coins: 0, charges: ['released'] });
  });
});
