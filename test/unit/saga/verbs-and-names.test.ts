import { assertUnused, stepNameOf } from '../../../platform/saga/plan/names';
import { historyLimit } from '../../../platform/saga/plan/verbs';
import { unsent } from '../../../platform/saga/plan/epochs';
import { initialState } from '../../../platform/saga/machine/state';
import type { MachineState, MachineStep } from '../../../platform/saga/machine/state';
import { refusalOf, verbsOf } from '../../../platform/saga/machine/verbs';
import type { RepairVerb } from '../../../platform/saga/verbs';

const parked: MachineStep = {
  name: 'ship',
  kind: 'retriable',
  place: [0],
  onFault: 'park',
  phase: 'parked',
  counter: unsent,
  side: 'forward',
  unsettled: false,
  reason: 'NO',
  refused: false,
  nothingStands: false,
  external: false,
  awaited: true,
  resolved: false,
};
const unsettled = { ...parked, phase: 'settling', unsettled: true } as const;
const undo = { ...parked, kind: 'compensatable', side: 'undo' } as const;
const turn = { cause: 'refusal', reason: 'NO' } as const;

/** A saga with this one step; going back where the step is being undone. */
function sagaWith(step: MachineStep, change: Partial<MachineState> = {}): MachineState {
  const back = step.side === 'undo';
  const ahead = { pointOfNoReturn: step.kind === 'retriable' ? 'confirmed' : 'open' } as const;
  const direction = back ? ({ pointOfNoReturn: 'open', turn } as const) : ahead;
  const mode = back ? 'unwinding' : 'forward';
  return { ...initialState, mode, direction, steps: [step], ...change };
}

describe('operator verbs', () => {
  it.each<[RepairVerb, Partial<MachineStep>, string | undefined]>([
    ['retry', parked, undefined],
    ['skip', parked, undefined],
    ['retry-with-input', parked, undefined],
    ['mark-done-externally', parked, undefined],
    ['abort', parked, 'TOO_LATE'],
    ['abort', { ...parked, kind: 'pivot' }, undefined],
    ['abort', { ...parked, kind: 'compensatable' }, undefined],
    ['resume-forward', parked, 'NOT_RESUMABLE'],
    ['retry', unsettled, undefined],
    ['skip', unsettled, 'STEP_UNSETTLED'],
    ['mark-done-externally', unsettled, 'STEP_UNSETTLED'],
    ['skip', { ...parked, kind: 'pivot' }, 'PIVOT_NOT_SKIPPABLE'],
    ['retry', { ...parked, external: true }, 'STEP_EXTERNAL'],
    ['skip', undo, undefined],
    ['retry-with-input', undo, 'UNDO_HAS_NO_INPUT'],
    ['abort', undo, 'ALREADY_COMPENSATING'],
    ['resume-forward', undo, undefined],
    ['retry', { ...undo, external: true }, 'STEP_EXTERNAL'],
    ['skip', { ...undo, phase: 'settling', unsettled: true }, 'STEP_UNSETTLED'],
    ['skip', { ...parked, reason: historyLimit }, 'NOT_STARTED'],
    ['retry', { ...parked, taken: 'skip' }, 'VERB_IN_PROGRESS'],
    ['retry', { ...parked, phase: 'done' }, 'NOT_PARKED'],
  ])('%s at %j: %s', (verb, step, refusal) => {
    const whole = { ...parked, ...step };
    expect(refusalOf(sagaWith(whole), whole, verb)).toBe(refusal);
  });

  it('lists what may be done, for the one who has to decide', () => {
    expect(verbsOf(sagaWith(undo), undo)).toEqual([
      'retry',
      'skip',
      'mark-done-externally',
      'resume-forward',
    ]);
    expect(verbsOf(sagaWith(undo, { generation: 1 }), undo)).not.toContain('resume-forward');
    expect(verbsOf(sagaWith(undo, { bodyEnded: true }), undo)).not.toContain('resume-forward');
  });

  it('keeps a resume and another verb apart: what is being written about one step would bend the other', () => {
    const other = { ...undo, name: 'other', taken: 'skip' } as const;
    const state = sagaWith(undo);
    const both = { ...state, steps: [...state.steps, other] };
    expect(refusalOf(both, undo, 'resume-forward')).toBe('VERB_IN_PROGRESS');
    expect(refusalOf(both, undo, 'skip')).toBeUndefined();
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
