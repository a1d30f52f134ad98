import { victimsOf } from '../../../../cli/storm/faults';
import { planLimits, planStorm } from '../../../../cli/storm/plan';
import type { PlanOptions } from '../../../../cli/storm/plan';

const minuteMs = 60_000;

const planOf = (change: Partial<PlanOptions> = {}) =>
  planStorm({ seed: 7, lengthMs: 10 * minuteMs, victims: victimsOf(3), overlap: 1, ...change });

test('a seed says whom to hit, how and when, every time the same', () => {
  expect(planOf()).toEqual(planOf());
  expect(planOf({ seed: 8 })).not.toEqual(planOf());
});

test('ten minutes on three brokers have at least sixty faults, whatever the seed', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    expect(planOf({ seed }).length).toBeGreaterThanOrEqual(60);
  }
});

test('every victim is hit in every way before any is hit so again', () => {
  const plan = planOf({ lengthMs: 60 * minuteMs });
  const cards = victimsOf(3).flatMap(({ name, kinds }) => kinds.map((kind) => `${name} ${kind}`));
  const first = plan.slice(0, cards.length).map(({ victim, kind }) => `${victim} ${kind}`);
  expect(first.toSorted()).toEqual(cards.toSorted());
});

test('a fault is due when the one before has usually been lifted', () => {
  const plan = planOf();
  plan.slice(1).forEach((hit, index) => {
    const before = plan[index]!;
    expect(hit.atMs).toBeGreaterThanOrEqual(before.atMs + before.holdMs + planLimits.pauseMs.min);
  });
});

test('some are stopped for longer than a lease lives and an attempt may take', () => {
  const leaseMs = 15_000;
  const frozen = planOf().filter(({ kind }) => kind === 'freeze');
  expect(frozen.every(({ holdMs }) => holdMs > 10_000)).toBe(true);
  expect(frozen.some(({ holdMs }) => holdMs > leaseMs)).toBe(true);
});

test('a crash names its point, and its turn', () => {
  const crashes = planOf().filter(({ kind }) => kind === 'crash');
  expect(crashes.length).toBeGreaterThan(0);
  for (const { point } of crashes) expect(point).toMatch(/^[a-z]+\.[a-z-]+=\d+(\/stop)?$/);
});

test('only the faults that are asked for', () => {
  const plan = planOf({ kinds: ['cut'] });
  expect(new Set(plan.map(({ kind }) => kind))).toEqual(new Set(['cut']));
  expect(new Set(plan.map(({ victim }) => victim))).toEqual(new Set(['temporal', 'dynamodb']));
});
