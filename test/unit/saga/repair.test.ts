import { actOf } from '../../../platform/saga/engine/acts';
import { recordActed } from '../../../platform/saga/engine/journal-records';
import type { SagaRun } from '../../../platform/saga/engine/saga-run';
import { next } from '../../../platform/saga/machine/machine';
import type { Input } from '../../../platform/saga/machine/protocol';
import { findStep } from '../../../platform/saga/machine/state';
import type { Verb } from '../../../platform/saga/verbs';
import { answered, opened, play } from './play';

jest.mock('../../../platform/saga/engine/journal-records', () => ({ recordActed: jest.fn() }));
jest.mock('../../../platform/saga/engine/waits', () => ({}));
jest.mock('../../../platform/saga/engine/saga-run', () => ({ now: () => 'now' }));

const signed = { grant: 'a grant', jti: 'x'.repeat(20), reason: 'looked at it' };
const unsettledPivot = [
  opened('pay', 'pivot', 0),
  answered('pay', 'forward', 'lost'),
  { on: 'unsettled', step: 'pay', epoch: 0 },
] as const;

/** A run as far as an act needs it, and a journal that answers when it is told to. */
function standing(...inputs: readonly Input[]) {
  let answer = (): void => undefined;
  let refuse = (_error: Error): void => undefined;
  jest.mocked(recordActed).mockImplementation(
    () =>
      new Promise((resolve, reject) => {
        answer = resolve;
        refuse = reject;
      }),
  );
  const run = {
    machine: play(...inputs).state,
    ...{ notes: [] as string[], parking: new Map(), unanswered: new Map() },
    ...{ newInputs: new Map(), results: new Map() },
    tell: (input: Input) => void (run.machine = next(run.machine, input).state),
  };
  const phase = () => findStep(run.machine, 'pay')?.phase;
  const act = (verb: Verb) => actOf(run as unknown as SagaRun, verb, signed);
  return { run, phase, act, answer: () => answer(), refuse: (error: Error) => refuse(error) };
}

/** Everything that can happen without the journal has happened. */
const quiet = () => new Promise((resolve) => setImmediate(resolve));

describe('a verb that a person gives a parked step', () => {
  const parkedPivot = [...unsettledPivot, answered('pay', 'settle', 'not-done')] as const;

  test('acts when the journal has it, and not before', async () => {
    const saga = standing(...parkedPivot);
    const acted = saga.act('retry');
    await quiet();
    expect(recordActed).toHaveBeenCalled();
    expect(saga.phase()).toBe('parked');
    saga.answer();
    expect(await acted).toBe('accepted');
    expect(saga.phase()).toBe('going');
  });

  test('does not act when the journal refuses it', async () => {
    const saga = standing(...parkedPivot);
    const acted = saga.act('retry');
    await quiet();
    saga.refuse(new Error('GRANT_INVALID'));
    await expect(acted).rejects.toThrow('GRANT_INVALID');
    expect(saga.phase()).toBe('parked');
    expect(findStep(saga.run.machine, 'pay')?.taken).toBeUndefined();
  });

  test('hears "too late" when it was an abort, and the pivot turned out done meanwhile', async () => {
    const saga = standing(...unsettledPivot);
    const acted = saga.act('abort');
    await quiet();
    saga.run.tell(answered('pay', 'settle', 'done'));
    saga.answer();
    expect(await acted).toBe('too late');
  });

  test('that was resolved meanwhile is accepted, and noted as not needed', async () => {
    const saga = standing(...unsettledPivot);
    const acted = saga.act('retry');
    await quiet();
    saga.run.tell(answered('pay', 'settle', 'done'));
    saga.answer();
    expect(await acted).toBe('accepted');
    expect(saga.run.notes).toEqual(['now retry at pay was not needed any more.']);
  });
});
