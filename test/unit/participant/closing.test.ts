import {
  closingKeyOf,
  consultClosing,
  consultTakeover,
} from '../../../platform/participant/closing';
import type { FenceMessage, StepRecord } from '../../../platform/participant/fence-table';
import { provenanceOf } from '../../../platform/participant/provenance';
import { trimmedRecord } from '../../../platform/participant/trimming';

const generation = 65_536;
const row: StepRecord = {
  ...{ state: 'done', epoch: 0, run: 'a', inputHash: 'x', result: { ok: true } },
  effect: [{ aggregateId: 'a', type: 't', data: {}, seq: 1 }],
};
const closing = (number: number, run = 'r'): StepRecord => ({
  ...{ state: 'tombstone', epoch: number * generation, run, inputHash: '', result: null },
  effect: [],
});
const message = (kind: FenceMessage['kind'], epoch: number, run = 'a'): FenceMessage => ({
  ...{ kind, epoch, run, inputHash: 'x' },
});

const consult = (
  closed: StepRecord | undefined,
  stepRecord: StepRecord | undefined,
  asked: FenceMessage,
) => consultClosing({ closing: closed, stepRecord }, asked);

describe('a closing', () => {
  test.each(['forward', 'undo', 'settle'] as const)(
    'fences a %s below it, over any row',
    (kind) => {
      for (const standing of [undefined, row]) {
        for (const epoch of [0, generation - 1]) {
          expect(consult(closing(1), standing, message(kind, epoch))).toEqual({
            do: 'fault',
            code: 'STEP_FENCED',
          });
        }
        expect(consult(closing(1), standing, message(kind, generation, 'r')).do).not.toBe('fault');
      }
    },
  );

  test('is asked by every step of a saga, and by nothing else', () => {
    const closingKey = { sagaId: 'order:1/run', step: '*' };
    expect(closingKeyOf({ sagaId: 'order:1/run', step: 'pay' })).toEqual(closingKey);
    expect(closingKeyOf(closingKey)).toBeUndefined();
    expect(closingKeyOf({ sagaId: 'api/me/key', step: 'deposit' })).toBeUndefined();
  });

  test('that does not stand leaves everything to the table', () => {
    expect(consult(undefined, row, message('undo', 0))).toEqual({
      do: 'reverse',
      effect: row.effect,
    });
  });

  test('rises and never falls, and belongs to one run of its generation', () => {
    const first = consultTakeover(undefined, { generation: 1, run: 'r' });
    expect(first).toMatchObject({ do: 'answer', write: { state: 'tombstone', epoch: generation } });
    expect(consultTakeover(closing(1), { generation: 1, run: 'r' })).toEqual({
      do: 'answer',
      answer: { answer: 'no-effect' },
    });
    expect(consultTakeover(closing(1), { generation: 2, run: 's' })).toMatchObject({
      write: { epoch: 2 * generation, run: 's' },
    });
    for (const late of [
      { generation: 1, run: 'r' },
      { generation: 2, run: 'reset' },
    ]) {
      expect(consultTakeover(closing(2), late)).toMatchObject({ code: 'STEP_FENCED' });
    }
  });
});

describe('what a row says of its step', () => {
  const plan = { kind: 'compensatable', order: 1 } as const;

  test('is what the forward says, as soon as there is one', () => {
    const overtaken = provenanceOf(undefined, { kind: 'undo', command: 'take' }, 'monday');
    expect(overtaken).toEqual({ command: 'take', recordedAt: 'monday' });
    const forward = { kind: 'forward', command: 'put', plan } as const;
    const applied = provenanceOf({ ...row, ...overtaken }, forward, 'friday');
    expect(applied).toEqual({ command: 'put', plan, recordedAt: 'monday' });
    const undo = { kind: 'undo', command: 'take' } as const;
    expect(provenanceOf({ ...row, ...applied }, undo, 'friday')).toEqual(applied);
  });

  test('has no time where the row is older than the column', () => {
    expect(provenanceOf(row, { kind: 'settle', command: 'put' }, 'now')).toEqual({
      command: 'put',
    });
  });
});

describe('a trimmed row', () => {
  test.each([
    [
      { ...row, state: 'refused', result: { code: 'NO', detail: 'to you' } },
      { code: 'NO', detail: '' },
    ],
    [{ ...row, command: 'put', plan: { kind: 'pivot', order: 0 } }, null],
  ] as const)('keeps what fences and lets go of the rest', (whole, result) => {
    const trimmed = trimmedRecord(whole)!;
    expect(trimmed).toMatchObject({
      state: whole.state,
      epoch: 0,
      run: 'a',
      inputHash: 'x',
      result,
    });
    expect(trimmed).not.toHaveProperty('plan');
    expect(trimmedRecord(trimmed)).toBeUndefined();
  });

  test.each(['intent', 'cancelling', 'undoing'] as const)(
    'lets nothing go while its call is open: %s',
    (state) => {
      expect(trimmedRecord({ ...row, state })).toBeUndefined();
    },
  );

  test('is never reversed', () => {
    const trimmed = trimmedRecord(row);
    expect(consult(undefined, trimmed, message('undo', 0))).toEqual({
      do: 'fault',
      code: 'UNDO_IMPOSSIBLE',
    });
  });
});
