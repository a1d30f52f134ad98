import { begin, cancelAnswerOf, next } from '../../../platform/saga/machine/machine';
import { beginRecovery } from '../../../platform/saga/machine/recovery';
import { findStep } from '../../../platform/saga/machine/state';
import { verbsOf } from '../../../platform/saga/machine/verbs';
import { answered, cancel, lost, opened, play } from './play';

const parkedPivot = [
  opened('stock', 'compensatable', 0),
  answered('stock', 'forward', 'done'),
  opened('pay', 'pivot', 1),
  answered('pay', 'forward', 'lost'),
  answered('pay', 'settle', 'not-done'),
];

describe('what a search of all states found, kept as examples', () => {
  test('a cancel that meets the pivot on its way is too late', () => {
    const sent = parkedPivot.slice(0, 3);
    const { state } = play(...sent, cancel);
    expect(cancelAnswerOf(play(...sent).state)).toBe('too late');
    expect([state.mode, state.direction]).toEqual(['forward', { pointOfNoReturn: 'set' }]);
  });

  test('a cancel cannot slip in between a pivot marked as done by hand and the journal', () => {
    const mark = { step: 'pay', verb: 'mark-done-externally' } as const;
    const { state } = play(...parkedPivot, { on: 'take', ...mark }, cancel, { on: 'act', ...mark });
    expect(state.direction).toEqual({ pointOfNoReturn: 'confirmed' });
    const dropped = play(...parkedPivot, { on: 'take', ...mark }, { on: 'drop', step: 'pay' });
    expect(dropped.state.direction.pointOfNoReturn).toBe('open');
  });

  test('a step whose abort the journal refused follows the cancel that waited for it', () => {
    const abort = { on: 'take', step: 'pay', verb: 'abort' } as const;
    const { state, effects } = play(...parkedPivot, abort, cancel, { on: 'drop', step: 'pay' });
    expect(findStep(state, 'pay')).toMatchObject({ phase: 'failed', nothingStands: true });
    expect(effects).toContainEqual({ do: 'send', step: 'stock', message: 'undo', epoch: 0 });
  });

  test('a step that is done again and gets no answer parks; it is not sent for ever', () => {
    const resume = { step: 'stock', verb: 'resume-forward' } as const;
    const { state } = play(
      opened('stock', 'compensatable', 0),
      answered('stock', 'forward', 'refused'),
      answered('stock', 'undo', 'lost'),
      { on: 'unsettled', step: 'stock', epoch: 0 },
      { on: 'take', ...resume },
      { on: 'act', ...resume },
      answered('stock', 'settle', 'not-done'),
      answered('stock', 'forward', 'lost', 1),
      answered('stock', 'settle', 'not-done', 1),
    );
    expect(findStep(state, 'stock')).toMatchObject({ phase: 'parked', side: 'forward' });
  });

  test('what an old settle knew does not hide a later forward from its undo', () => {
    const resume = { step: 'stock', verb: 'resume-forward' } as const;
    const { effects } = play(
      opened('stock', 'compensatable', 0),
      answered('stock', 'forward', 'refused'),
      answered('stock', 'undo', 'lost'),
      { on: 'unsettled', step: 'stock', epoch: 0 },
      { on: 'take', ...resume },
      { on: 'act', ...resume },
      answered('stock', 'settle', 'not-done'),
      cancel,
      { on: 'answered', step: 'stock', message: 'forward', epoch: 1, outcome: lost },
    );
    expect(effects).toContainEqual({ do: 'send', step: 'stock', message: 'undo', epoch: 1 });
  });

  test('a recovery settles the pivot before it does anything else', () => {
    const started = [
      { name: 'stock', kind: 'compensatable', place: [0] },
      { name: 'pay', kind: 'pivot', place: [1] },
    ] as const;
    const { effects } = begin(beginRecovery({ generation: 1, started, reason: 'TERMINATED' }));
    expect(effects).toEqual([{ do: 'send', step: 'pay', message: 'settle', epoch: 65_536 }]);
  });

  test('a recovery does not wait again for what came before its pivot', () => {
    const started = [{ name: 'pay', kind: 'pivot', place: [1] } as const];
    const begun = begin(beginRecovery({ generation: 1, started, reason: 'TERMINATED' }));
    const asked = next(begun.state, opened('review', 'wait', 0));
    const settled = next(asked.state, answered('pay', 'settle', 'done', 65_536));
    expect(findStep(settled.state, 'review')?.phase).toBe('done');
    expect(settled.effects).toContainEqual({ do: 'resolve', step: 'review', how: 'done' });
  });

  test('past the point of no return nothing can be aborted', () => {
    const { state } = play(
      opened('pay', 'pivot', 0),
      answered('pay', 'forward', 'done'),
      opened('callback', 'wait', 1),
      { on: 'waited', step: 'callback', refusal: 'EVENT_ELAPSED' },
    );
    const callback = findStep(state, 'callback')!;
    expect(callback).toMatchObject({ phase: 'parked', reason: 'EVENT_ELAPSED' });
    expect(verbsOf(state, callback)).toEqual(['retry', 'skip', 'mark-done-externally']);
  });

  describe('a child saga that holds', () => {
    const holding = () =>
      play(
        opened('stock', 'compensatable', 0),
        answered('stock', 'forward', 'done'),
        opened('parent decides', 'hold', 1),
      );

    test('is past its own point of no return: a cancel comes too late', () => {
      const { state } = holding();
      expect(cancelAnswerOf(state)).toBe('too late');
      expect(next(state, cancel)).toEqual({ state, effects: [] });
    });

    test('ends when it is released', () => {
      const released = next(holding().state, { on: 'waited', step: 'parent decides' });
      const ended = next(released.state, { on: 'body-ended' });
      expect(ended.effects).toContainEqual({
        do: 'end',
        ending: expect.objectContaining({ outcome: 'completed' }) as object,
      });
    });

    test('undoes everything when its parent goes back', () => {
      const refusal = 'PARENT_WENT_BACK';
      const { effects } = next(holding().state, { on: 'waited', step: 'parent decides', refusal });
      expect(effects).toContainEqual({ do: 'send', step: 'stock', message: 'undo', epoch: 0 });
    });

    test('goes back over a recovery that has not come to its hold, when its parent says so', () => {
      const started = [{ name: 'stock', kind: 'compensatable', place: [0] } as const];
      const begun = begin(beginRecovery({ generation: 1, started, reason: 'X', held: true }));
      const turn = { cause: 'cancel', reason: 'PARENT_WENT_BACK' } as const;
      const { effects } = next(begun.state, { on: 'turn', turn, byParent: true });
      const undo = { do: 'send', step: 'stock', message: 'undo', epoch: 65_536 };
      expect(effects).toContainEqual(undo);
    });

    test('a pivot is not opened by it', () => {
      const { state } = play(opened('pay', 'pivot', 0));
      const turn = { cause: 'cancel', reason: 'PARENT_WENT_BACK' } as const;
      expect(next(state, { on: 'turn', turn, byParent: true }).effects).toEqual([]);
    });

    test('holds again after a recovery, and nobody else can turn that back', () => {
      const started = [{ name: 'stock', kind: 'compensatable', place: [0] } as const];
      const reason = 'TERMINATED';
      const begun = begin(beginRecovery({ generation: 1, started, reason, held: true }));
      expect(begun.state.mode).toBe('forward');
      expect(cancelAnswerOf(begun.state)).toBe('too late');
      const asked = next(begun.state, opened('stock', 'compensatable', 0));
      expect(asked.effects).toContainEqual({
        do: 'send',
        step: 'stock',
        message: 'settle',
        epoch: 65_536,
      });
    });
  });
});
