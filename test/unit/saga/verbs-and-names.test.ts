import { assertUnused, stepNameOf } from '../../../platform/saga/plan/names';
import type { ParkedStep } from '../../../platform/saga/plan/verbs';
import { historyLimit, stepOfVerb, verbRefusal } from '../../../platform/saga/plan/verbs';

const parked: ParkedStep = {
  step: 'ship',
  kind: 'retriable',
  direction: 'forward',
  condition: 'nothing-stands',
  reason: 'NO',
  acting: false,
};

describe('operator verbs', () => {
  it.each([
    ['retry', parked, undefined],
    ['skip', parked, undefined],
    ['retry', { ...parked, condition: 'unsettled' }, undefined],
    ['skip', { ...parked, condition: 'unsettled' }, 'STEP_UNSETTLED'],
    ['skip', { ...parked, kind: 'pivot' }, 'PIVOT_NOT_SKIPPABLE'],
    ['retry', { ...parked, kind: 'pivot' }, undefined],
    ['skip', { ...parked, direction: 'undo', condition: 'effect-stands' }, undefined],
    ['skip', { ...parked, reason: historyLimit }, 'NOT_STARTED'],
    ['retry', { ...parked, acting: true }, 'VERB_IN_PROGRESS'],
  ] as const)('%s at %j: %s', (verb, step, refusal) => {
    expect(verbRefusal(verb, step)).toBe(refusal);
  });

  it('mean the named step, or the only one', () => {
    const other = { ...parked, step: 'confirm' };
    expect(stepOfVerb([parked], undefined)).toBe(parked);
    expect(stepOfVerb([parked, other], 'confirm')).toBe(other);
    expect(stepOfVerb([parked, other], undefined)).toBe('STEP_AMBIGUOUS');
    expect(stepOfVerb([parked], 'confirm')).toBe('NOT_PARKED');
    expect(stepOfVerb([], undefined)).toBe('NOT_PARKED');
  });
});

describe('step names', () => {
  it('carry the item of a loop', () => {
    expect(stepNameOf(['reserve', 'book', 2])).toBe('reserve:book:2');
  });

  it('are used once', () => {
    expect(() => assertUnused('reserve', new Set(['reserve']))).toThrow(/STEP_NAME_REUSED/);
    assertUnused('reserve:book', new Set(['reserve']));
  });

  it.each(['', 'x'.repeat(101), 'saga.started'])('are not like %j', (name) => {
    expect(() => stepNameOf(name)).toThrow(/STEP_NAME_INVALID/);
  });
});
