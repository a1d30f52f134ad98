import { begin } from '../../../platform/saga/machine/machine';
import { beginRecovery } from '../../../platform/saga/machine/recovery';
import { findStep } from '../../../platform/saga/machine/state';
import { refusalOf, verbsOf } from '../../../platform/saga/machine/verbs';
import { acting, answered, cancel, opened, play, playOn } from './play';
import type { Played } from './play';

const secondGeneration = 65_536;

describe('a step that a release added before the pivot of a saga that is recovered behind it', () => {
  const parked = (): Played => {
    const started = [{ name: 'pay', kind: 'pivot', place: [0] } as const];
    return playOn(
      begin(beginRecovery({ generation: 1, started, reason: 'TERMINATED' })),
      answered('pay', 'settle', 'done', secondGeneration),
      opened('screen', 'compensatable', 0),
    );
  };

  test('parks, and can be retried or skipped', () => {
    const { state } = parked();
    const screen = findStep(state, 'screen')!;
    expect(screen).toMatchObject({ phase: 'parked', reason: 'RECOVERY_DIVERGED' });
    expect(verbsOf(state, screen)).toContain('skip');
  });

  test.each(['refused', 'lost'] as const)(
    'is settled and parks again when its retry is %s: nothing can go back any more',
    (how) => {
      const retried = playOn(
        parked(),
        ...acting('screen', 'retry'),
        answered('screen', 'forward', how, secondGeneration),
      );
      const epoch = secondGeneration;
      const settle = { do: 'send', step: 'screen', message: 'settle', epoch } as const;
      expect(retried.effects).toEqual([settle]);
      const settled = playOn(retried, answered('screen', 'settle', 'not-done', epoch));
      expect(findStep(settled.state, 'screen')).toMatchObject({ phase: 'parked', refused: false });
      expect(verbsOf(settled.state, findStep(settled.state, 'screen')!)).toContain('skip');
      const skipped = playOn(settled, ...acting('screen', 'skip'), { on: 'body-ended' });
      expect(skipped.state.mode).toBe('ended');
    },
  );
});

describe('an abort of a pivot of which nothing is known', () => {
  const unsettled = [
    opened('stock', 'compensatable', 0),
    answered('stock', 'forward', 'done'),
    opened('pay', 'pivot', 1),
    answered('pay', 'forward', 'lost'),
    { on: 'unsettled', step: 'pay', epoch: 0 },
  ] as const;

  test('turns the saga back when the pivot was not done', () => {
    const { state } = play(
      ...unsettled,
      ...acting('pay', 'abort'),
      answered('pay', 'settle', 'not-done'),
    );
    expect(state.direction.turn).toEqual({ cause: 'fault', reason: 'ABORTED' });
  });

  test('comes too late when it was done, and the saga says so', () => {
    const { state, effects } = play(
      ...unsettled,
      ...acting('pay', 'abort'),
      answered('pay', 'settle', 'done'),
    );
    expect(effects).toContainEqual({ do: 'note', step: 'pay', code: 'TOO_LATE' });
    expect(state.direction).toEqual({ pointOfNoReturn: 'confirmed' });
  });

  test('comes too late when the answer overtakes the journal', () => {
    const [take, act] = acting('pay', 'abort');
    const { effects } = play(...unsettled, take!, answered('pay', 'settle', 'done'), act!);
    expect(effects).toEqual([{ do: 'note', step: 'pay', code: 'TOO_LATE' }]);
  });

  describe('that was refused, and is asked about since the saga was resumed', () => {
    const resumed = [
      opened('stock', 'compensatable', 0),
      answered('stock', 'forward', 'done'),
      opened('pay', 'pivot', 1),
      answered('pay', 'forward', 'refused'),
      answered('stock', 'undo', 'lost'),
      answered('stock', 'settle', 'done'),
      ...acting('stock', 'resume-forward'),
      { on: 'unsettled', step: 'pay', epoch: 0 },
    ] as const;
    const captures = ({ effects }: Played) =>
      effects.filter((effect) => effect.do === 'send' && effect.message === 'forward');

    test('turns the saga back: the pivot is not sent again', () => {
      const aborted = play(
        ...resumed,
        ...acting('pay', 'abort'),
        answered('pay', 'settle', 'not-done'),
      );
      expect(captures(aborted)).toEqual([]);
      expect(aborted.state.direction.turn).toEqual({ cause: 'fault', reason: 'ABORTED' });
    });

    test('turns it back too while the journal is still being written', () => {
      const [take, act] = acting('pay', 'abort');
      const taken = play(...resumed, take!, answered('pay', 'settle', 'not-done'));
      expect(captures(taken)).toEqual([]);
      expect(playOn(taken, act!).state.direction.turn?.reason).toBe('ABORTED');
      const dropped = playOn(taken, { on: 'drop', step: 'pay' });
      expect(captures(dropped)).toHaveLength(1);
    });
  });
});

describe('an abort of a step before the pivot', () => {
  const unsettled = [
    opened('stock', 'compensatable', 0),
    answered('stock', 'forward', 'lost'),
    { on: 'unsettled', step: 'stock', epoch: 0 },
  ] as const;
  const [take, act] = acting('stock', 'abort');

  test.each(['done', 'not-done'] as const)(
    'turns the saga back when the answer "%s" overtakes the journal',
    (how) => {
      const { state } = play(...unsettled, take!, answered('stock', 'settle', how), act!);
      expect(state.direction.turn?.reason).toBe('ABORTED');
    },
  );

  test('is not overtaken by an earlier retry that waited for the answer', () => {
    const retried = [...unsettled, ...acting('stock', 'retry'), take!] as const;
    const settled = play(...retried, answered('stock', 'settle', 'not-done'));
    expect(settled.effects.filter((effect) => effect.do === 'send')).toEqual([]);
    expect(playOn(settled, act!).state.direction.turn?.reason).toBe('ABORTED');
    const dropped = playOn(settled, { on: 'drop', step: 'stock' });
    expect(dropped.effects).toEqual([{ do: 'send', step: 'stock', message: 'forward', epoch: 1 }]);
  });
});

describe('while a saga is paused', () => {
  const parked = [
    opened('stock', 'compensatable', 0),
    answered('stock', 'forward', 'lost'),
    answered('stock', 'settle', 'not-done'),
    { on: 'pause' },
  ] as const;
  const forward = { do: 'send', step: 'stock', message: 'forward', epoch: 1 } as const;

  test('a retry is taken, and sends when the pause is over', () => {
    const retried = play(...parked, ...acting('stock', 'retry'));
    expect(retried.effects).toEqual([{ do: 'unpark', step: 'stock' }]);
    expect(findStep(retried.state, 'stock')?.phase).toBe('ready');
    expect(refusalOf(retried.state, findStep(retried.state, 'stock')!, 'skip')).toBe('NOT_PARKED');
    expect(playOn(retried, { on: 'unpause' }).effects).toEqual([forward]);
  });

  test('a retry with another input keeps the input', () => {
    const retried = play(...parked, ...acting('stock', 'retry-with-input'));
    expect(playOn(retried, { on: 'unpause' }).effects).toEqual([{ ...forward, newInput: true }]);
  });

  test('a retry that waited for a settle waits for the end of the pause too', () => {
    const settled = play(
      ...parked.slice(0, 2),
      { on: 'unsettled', step: 'stock', epoch: 0 },
      { on: 'pause' },
      ...acting('stock', 'retry'),
      answered('stock', 'settle', 'not-done'),
    );
    expect(settled.effects).toEqual([{ do: 'unpark', step: 'stock' }]);
    expect(playOn(settled, { on: 'unpause' }).effects).toEqual([forward]);
  });

  test('a cancel takes a step that is to be retried back with the rest: it needs no undo', () => {
    const { state } = play(...parked, ...acting('stock', 'retry'), cancel, { on: 'unpause' });
    expect(state.mode).toBe('ended');
    expect(findStep(state, 'stock')).toMatchObject({ phase: 'failed', nothingStands: true });
  });

  test('an undo that is retried is sent when the pause is over', () => {
    const retried = play(
      opened('stock', 'compensatable', 0),
      answered('stock', 'forward', 'done'),
      cancel,
      answered('stock', 'undo', 'lost'),
      answered('stock', 'settle', 'done'),
      { on: 'pause' },
      ...acting('stock', 'retry'),
    );
    expect(retried.effects).toEqual([{ do: 'unpark', step: 'stock' }]);
    expect(playOn(retried, { on: 'unpause' }).effects).toEqual([
      { do: 'send', step: 'stock', message: 'undo', epoch: 1 },
    ]);
  });

  test('an undo whose settle is answered "it stands" is sent when the pause is over', () => {
    const settled = play(
      opened('stock', 'compensatable', 0),
      answered('stock', 'forward', 'done'),
      cancel,
      answered('stock', 'undo', 'lost'),
      { on: 'unsettled', step: 'stock', epoch: 0 },
      { on: 'pause' },
      ...acting('stock', 'retry'),
      answered('stock', 'settle', 'done'),
    );
    expect(settled.effects).toEqual([{ do: 'unpark', step: 'stock' }]);
    expect(playOn(settled, { on: 'unpause' }).effects).toEqual([
      { do: 'send', step: 'stock', message: 'undo', epoch: 1 },
    ]);
  });
});
