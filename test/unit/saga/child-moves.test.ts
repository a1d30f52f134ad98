import { childMove } from '../../../platform/saga/children/moves';
import type { ChildKnown } from '../../../platform/saga/children/moves';
import type { JournalEntry } from '../../../platform/saga/journal/state';

const running: JournalEntry = {
  kind: 'saga',
  ...{ sagaId: 'part:1/run', saga: 'part', workflowId: 'part:1', status: 'started' },
  ...{ owner: 'o', businessKey: 'b', requestHash: 'h', deadlineAt: '' },
  parent: { sagaId: 'bulk:1/run', step: 'part' },
  ...{ generation: 0, recoveries: [], runs: [], held: false },
  decided: { verdicts: {}, inputs: {}, results: {} },
};
const held: JournalEntry = { ...running, status: 'held', held: true };
const sentBack: JournalEntry = { ...held, verdict: 'unwind' };
const ended = (outcome: string, before: JournalEntry = running): JournalEntry => ({
  ...before,
  ...{ status: 'finished', outcome, reason: 'WHY' },
});
const shut = (reason: string): ChildKnown => ({ kind: 'shut', workflowId: 'part:1', reason });

const word = (told: string) => ({
  do: 'say',
  word: expect.objectContaining({ word: told }) as object,
});
const refusal = (code: string) => ({
  do: 'say',
  word: { word: 'refused', code, detail: expect.any(String) as string },
});
const unwind = { do: 'rule', verdict: 'unwind' };

describe('the step that runs a child', () => {
  test.each<[string, ChildKnown, object]>([
    ['nobody knows', undefined, { do: 'start' }],
    ['runs', running, { do: 'wait' }],
    ['holds', held, { do: 'say-held' }],
    ['held and is sent back', sentBack, { do: 'wait' }],
    ['was released', ended('completed', held), { do: 'say-held' }],
    ['went back', ended('compensated'), refusal('CHILD_COMPENSATED')],
    ['was cancelled', ended('cancelled'), refusal('CHILD_CANCELLED')],
    ['never started', shut('NOT_STARTED'), refusal('CHILD_NOT_STARTED')],
    ['was given up', shut('GIVEN_UP'), word('closed')],
  ])('asks again or says what it is, of one that %s', (_title, child, move) => {
    expect(childMove('run', 'call', child)).toEqual(move);
  });

  test.each<[string, ChildKnown, object, object]>([
    ['nobody knows', undefined, { do: 'shut' }, { do: 'shut' }],
    ['runs', running, unwind, unwind],
    ['holds', held, { do: 'say-held' }, unwind],
    ['held and is sent back', sentBack, { do: 'wait' }, { do: 'wait' }],
    ['went back', ended('compensated'), word('never'), word('never')],
    ['held and went back', ended('compensated', held), word('never'), word('reversed')],
    ['was released', ended('completed', held), { do: 'say-held' }, word('irreversible')],
    ['was given up', shut('GIVEN_UP'), word('never'), word('never')],
  ])('is settled, or cancelled, over one that %s', (_title, child, settled, cancelled) => {
    expect(childMove('run', 'settle', child)).toEqual(settled);
    expect(childMove('run', 'cancel', child)).toEqual(cancelled);
  });
});

test.each<[string, ChildKnown, object]>([
  ['holds', held, unwind],
  ['is sent back', sentBack, { do: 'wait' }],
  ['went back', ended('compensated', held), word('happened')],
  ['was released', ended('completed', held), refusal('CHILD_RELEASED')],
])('the undo of a child that %s', (_title, child, move) => {
  expect(childMove('unwind', 'call', child)).toEqual(move);
  expect(childMove('unwind', 'settle', child)).toEqual(move);
});

test.each<[string, ChildKnown, object]>([
  ['holds', held, { do: 'rule', verdict: 'release' }],
  ['is released', { ...held, verdict: 'release' }, { do: 'wait' }],
  ['has ended', ended('completed', held), word('happened')],
  ['went back', ended('compensated', held), refusal('CHILD_COMPENSATED')],
])('the release of a child that %s', (_title, child, move) => {
  expect(childMove('release', 'call', child)).toEqual(move);
});
