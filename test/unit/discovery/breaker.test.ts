import { createServiceBreaker, serviceBreakerLimits } from '../../../platform/discovery/breaker';

const { callsMin, openMs, openMsMax, windowMs } = serviceBreakerLimits;
type Outcome = 'answered' | 'unanswered' | 'unknown';

function breakerAfter(outcomes: readonly Outcome[], nowMs = 0) {
  const breaker = createServiceBreaker();
  outcomes.forEach((outcome) => breaker.note(outcome, nowMs));
  return breaker;
}

const many = (count: number, outcome: Outcome): Outcome[] =>
  new Array<Outcome>(count).fill(outcome);

describe('a service that does not answer', () => {
  test('is asked until enough calls say so', () => {
    const breaker = breakerAfter(many(callsMin - 1, 'unanswered'));
    expect(breaker.refusedForMs(0)).toBe(0);
    breaker.note('unanswered', 0);
    expect([breaker.isOpen(), breaker.refusedForMs(0)]).toEqual([true, openMs]);
  });

  test('is asked on where half of the calls are answered, and of old ones nothing is known', () => {
    const half = [...many(callsMin, 'answered'), ...many(callsMin, 'unanswered')];
    expect(breakerAfter(half).isOpen()).toBe(false);
    const breaker = breakerAfter(many(callsMin - 1, 'unanswered'));
    breaker.note('unanswered', windowMs + 1_000);
    expect(breaker.isOpen()).toBe(false);
  });

  test('whose callers went away first is not counted', () => {
    expect(breakerAfter(many(100, 'unknown')).isOpen()).toBe(false);
  });

  test('is tried by one call when the time is over, and asked again when that is answered', () => {
    const breaker = breakerAfter(many(callsMin, 'unanswered'));
    breaker.note('answered', 1); // from before
    expect(breaker.refusedForMs(openMs - 1)).toBe(1);
    expect([breaker.refusedForMs(openMs), breaker.refusedForMs(openMs)]).toEqual([0, openMs]);
    breaker.note('answered', openMs);
    expect([breaker.isOpen(), breaker.refusedForMs(openMs)]).toEqual([false, 0]);
  });

  test('is left alone for twice as long after each trial in vain, up to a limit', () => {
    const breaker = breakerAfter(many(callsMin, 'unanswered'));
    const lengths: number[] = [];
    for (let nowMs = 0, times = 0; times < 5; times += 1) {
      const length = breaker.refusedForMs(nowMs);
      lengths.push(length);
      nowMs += length;
      expect(breaker.refusedForMs(nowMs)).toBe(0);
      breaker.note('unanswered', nowMs);
    }
    expect(lengths).toEqual([openMs, 2 * openMs, 4 * openMs, openMsMax, openMsMax]);
  });

  test('is tried anew where the caller of the trial went away', () => {
    const breaker = breakerAfter(many(callsMin, 'unanswered'));
    expect(breaker.refusedForMs(openMs)).toBe(0);
    breaker.note('unknown', openMs);
    expect(breaker.refusedForMs(openMs)).toBe(0);
  });
});
