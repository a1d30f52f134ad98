import type { DirectionFact } from '../../../platform/saga/plan/direction';
import { afterFact, ahead, cancelAnswer, endingOf } from '../../../platform/saga/plan/direction';

const scheduled: DirectionFact = { kind: 'pivot-scheduled' };
const notDone: DirectionFact = { kind: 'pivot-not-done' };
const done: DirectionFact = { kind: 'pivot-done' };
const cancel: DirectionFact = { kind: 'turn', turn: { cause: 'cancel', reason: 'CANCELLED' } };
const refusal: DirectionFact = { kind: 'turn', turn: { cause: 'refusal', reason: 'NO' } };
const after = (...facts: DirectionFact[]) => facts.reduce(afterFact, ahead);

describe('the direction of a saga', () => {
  it.each([
    ['nothing', [], 'accepted'],
    ['the pivot is scheduled', [scheduled], 'too late'],
    ['the pivot is done', [scheduled, done], 'too late'],
    ['the pivot turned out not done', [scheduled, notDone], 'accepted'],
    ['it was cancelled', [cancel], 'accepted'],
    ['it turned back by itself', [refusal], 'too late'],
    ['it ended without a pivot', [{ kind: 'body-ended' }], 'too late'],
  ] as const)('after %s a cancel is answered rightly', (_, facts, answer) => {
    expect(cancelAnswer(after(...facts))).toBe(answer);
  });

  it('keeps the first reason to turn back', () => {
    expect(after(refusal, cancel).turn?.reason).toBe('NO');
  });

  it('hears no turn while the point of no return is set', () => {
    expect(after(scheduled, cancel).turn).toBeUndefined();
    expect(after(scheduled, notDone, refusal).turn?.reason).toBe('NO');
  });

  it.each([
    [undefined, { outcome: 'completed', status: 'Completed' }],
    ['refusal', { outcome: 'compensated', status: 'Completed', reason: 'R' }],
    ['fault', { outcome: 'compensated', status: 'Failed', reason: 'R' }],
    ['cancel', { outcome: 'cancelled', status: 'Cancelled', reason: 'R' }],
  ] as const)('turned back by %s it ends accordingly', (cause, ending) => {
    expect(endingOf(cause && { cause, reason: 'R' })).toEqual(ending);
  });
});
