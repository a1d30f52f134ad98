import { epochOf } from '../../platform/kernel/epoch';
import type { MessageKind } from '../../platform/kernel/step';
import { consultFence } from '../../platform/participant/fence-table';
import type { FenceMessage, StepRecord, StepState } from '../../platform/participant/fence-table';
import { isSpent } from './world/lane';

const epochs = [epochOf(0, 0), epochOf(0, 1), epochOf(0, 2), epochOf(1, 0), epochOf(1, 1)];
const kinds: readonly MessageKind[] = ['forward', 'undo', 'settle'];
const states: readonly StepState[] = ['done', 'refused', 'undone', 'tombstone'];
const runs = ['run 0', 'run 1'];
const inputs = ['a', 'b'];

const messages = epochs.flatMap((epoch) =>
  kinds.flatMap((kind) =>
    runs.flatMap((run) =>
      inputs.map((inputHash): FenceMessage => ({ kind, epoch, run, inputHash })),
    ),
  ),
);
const rowOf = (state: StepState, message: FenceMessage): StepRecord => ({
  ...{ state, epoch: message.epoch, run: message.run, inputHash: message.inputHash },
  ...{ result: { code: 'NO', detail: '' }, effect: [] },
});

/** Every row that a message may leave behind; the row itself when it changes nothing. */
function rowsAfter(row: StepRecord, message: FenceMessage): StepRecord[] {
  const verdict = consultFence(row, message);
  if (verdict.do === 'apply') return [rowOf('done', message), rowOf('refused', message)];
  if (verdict.do === 'reverse') return [row, rowOf('undone', message)];
  return verdict.do === 'answer' && verdict.write !== undefined ? [verdict.write] : [row];
}

test('a message the model forgets changes nothing, whatever else arrives first', () => {
  const changes = (row: StepRecord, message: FenceMessage): boolean =>
    JSON.stringify(rowsAfter(row, message)) !== JSON.stringify([row]);
  const rows = states.flatMap((state) => messages.map((message) => rowOf(state, message)));
  let spent = 0;
  for (const message of messages) {
    for (const row of rows.filter((candidate) => isSpent(candidate, message))) {
      spent += 1;
      expect({ row, message, changes: changes(row, message) }).toMatchObject({ changes: false });
      // One move ahead is enough: over each next row the message is spent again.
      const next = messages.flatMap((other) => rowsAfter(row, other));
      expect(next.every((after) => isSpent(after, message))).toBe(true);
    }
  }
  expect(spent).toBeGreaterThan(1_000);
});
