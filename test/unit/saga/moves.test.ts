import type { Outcome, StepKind } from '../../../platform/saga/plan/moves';
import {
  afterForward,
  afterForwardSettled,
  afterUndo,
  afterUndoSettled,
} from '../../../platform/saga/plan/moves';

const outcomes = {
  done: { kind: 'done', result: {} },
  refused: { kind: 'refused', code: 'NO' },
  weather: { kind: 'fault', code: 'STORE_UNAVAILABLE', action: 'retry' },
  bug: { kind: 'fault', code: 'COMMAND_INVALID', action: 'park' },
  fenced: { kind: 'fault', code: 'STEP_FENCED', action: 'stop' },
  unknown: { kind: 'unknown', code: 'NO_ANSWER' },
} satisfies Record<string, Outcome>;

describe('what a saga does next', () => {
  it.each<[StepKind, keyof typeof outcomes, string]>([
    ['compensatable', 'done', 'resolve'],
    ['compensatable', 'refused', 'turn-back'],
    ['compensatable', 'weather', 'turn-back'],
    ['compensatable', 'bug', 'turn-back'],
    ['compensatable', 'fenced', 'halt'],
    ['compensatable', 'unknown', 'turn-back'],
    ['pivot', 'done', 'resolve'],
    ['pivot', 'refused', 'turn-back'],
    ['pivot', 'weather', 'settle'],
    ['pivot', 'bug', 'settle'],
    ['pivot', 'fenced', 'halt'],
    ['pivot', 'unknown', 'settle'],
    ['retriable', 'done', 'resolve'],
    ['retriable', 'refused', 'settle'],
    ['retriable', 'weather', 'settle'],
    ['retriable', 'bug', 'settle'],
    ['retriable', 'fenced', 'halt'],
    ['retriable', 'unknown', 'settle'],
  ])('after the forward of a %s step that ends %s: %s', (kind, outcome, move) => {
    const onFault = kind === 'compensatable' ? 'compensate' : 'park';
    expect(afterForward({ kind, onFault }, outcomes[outcome]).do).toBe(move);
  });

  it.each<[Outcome, string]>([
    [{ kind: 'undone' }, 'resolve'],
    [{ kind: 'no-effect' }, 'resolve'],
    [outcomes.weather, 'settle'],
    [outcomes.unknown, 'settle'],
    [{ kind: 'fault', code: 'UNDO_IMPOSSIBLE', action: 'park' }, 'settle'],
    [outcomes.fenced, 'halt'],
  ])('after an undo that ends %j: %s', (outcome, move) => {
    expect(afterUndo(outcome).do).toBe(move);
  });

  it('goes on when a settled forward turns out done, whatever the step', () => {
    for (const kind of ['pivot', 'retriable'] as const) {
      expect(
        afterForwardSettled('done', { kind, onFault: 'park', reason: 'R', timeIsOver: true }).do,
      ).toBe('resolve');
    }
  });

  it('a pivot settled not done goes back when its time is over, and waits for a person otherwise', () => {
    const pivot = { kind: 'pivot', onFault: 'park', reason: 'R' } as const;
    expect(afterForwardSettled('not-done', { ...pivot, timeIsOver: true }).do).toBe('turn-back');
    expect(afterForwardSettled('not-done', { ...pivot, timeIsOver: false })).toMatchObject({
      do: 'park',
      condition: 'nothing-stands',
    });
  });

  it('a compensatable step that may park is settled first, and one whose policy is to go back is not', () => {
    const step = { kind: 'compensatable', onFault: 'park' } as const;
    expect(afterForward(step, outcomes.weather).do).toBe('settle');
    expect(afterForward(step, outcomes.refused).do).toBe('turn-back');
    const givenUp = { ...step, reason: 'R', timeIsOver: true };
    expect(afterForwardSettled('not-done', givenUp).do).toBe('park');
  });

  it('a pivot whose policy is to go back does so even before its time is over', () => {
    const pivot = { kind: 'pivot', onFault: 'compensate', reason: 'R', timeIsOver: false } as const;
    expect(afterForwardSettled('not-done', pivot).do).toBe('turn-back');
  });

  it('a retriable settled not done never goes back', () => {
    const retriable = {
      kind: 'retriable',
      onFault: 'park',
      reason: 'R',
      timeIsOver: true,
    } as const;
    expect(afterForwardSettled('not-done', retriable).do).toBe('park');
  });

  it('a settled undo parks only where its effect stands', () => {
    expect(afterUndoSettled('not-done', 'R').do).toBe('resolve');
    expect(afterUndoSettled('done', 'R')).toMatchObject({ do: 'park', condition: 'effect-stands' });
  });
});
