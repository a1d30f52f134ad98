import { listedSteps } from '../../../platform/saga/plan/listed-steps';
import type { StepView } from '../../../platform/saga/wire';

const step = (name: string, more: Partial<StepView> = {}): StepView => ({
  ...{ name, kind: 'compensatable', participant: 'inventory', command: 'reserve' },
  ...{ status: 'done', epoch: 0, startedAt: '' },
  ...more,
});
const many = Array.from({ length: 20 }, (_, index) => step(`step ${index}`));

test('few steps are listed as they are', () => {
  expect(listedSteps(many, 20)).toBe(many);
});

test('of many, what says something is never left out, and the order stays', () => {
  const last = [
    step('left', { status: 'skipped', leftInPlace: true }),
    step('pay', { participant: 'payments', kind: 'pivot' }),
    step('part', { participant: 'sagas', child: 'part:1' }),
  ];
  const listed = listedSteps([...many, ...last], 6).map(({ name }) => name);
  expect(listed).toEqual(['step 0', 'step 1', 'step 2', 'left', 'pay', 'part']);
});

test('every participant is listed, since its rows are trimmed by this list', () => {
  const others = ['a', 'b', 'c'].map((participant) => step(participant, { participant }));
  expect(listedSteps([...many, ...others], 2).map(({ name }) => name)).toEqual([
    ...['step 0', 'a', 'b', 'c'],
  ]);
});
