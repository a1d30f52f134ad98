import type { Delivery, Play } from './fence-play';

/** Beside deliveries: a person locks the left box, and an undo is impossible from then on. */
const lock = 'lock';

/** One cell of the fence's table: what came before, the message, and everything that is to be seen afterwards. */
export interface Cell {
  readonly title: string;
  readonly before: readonly Delivery[];
  readonly delivery: Delivery;
  /** The answer in words, or the fault's code. */
  readonly answer: string;
  readonly row: string;
  /** Coins that lie in the two boxes afterwards: 10 is one effect, 0 is none. */
  readonly coins: number;
}

type Row = readonly Delivery[];
const done: Row = ['F2'];
const refused: Row = ['F2:refused'];
const undone: Row = ['F2', 'U2'];
const tombstone: Row = ['U2'];
const settled: Row = ['S2'];
const lockedDone: Row = ['F2', lock];

/** Reads one line: `title | delivery | answer | row | coins`. */
function cells(before: Row, lines: readonly string[]): Cell[] {
  return lines.map((line) => {
    const [title, delivery, answer, row, coins] = line.split('|').map((part) => part.trim());
    if (!title || !delivery || !answer || !row || !coins) throw new Error(`bad cell: ${line}`);
    return { title, before, delivery, answer, row, coins: Number(coins) };
  });
}

/** Every cell of the table, at epochs below (1), equal to (2) and above (3) the row's. */
export const fenceCells: readonly Cell[] = [
  ...cells(
    [],
    [
      'a forward over nothing is applied | F2 | done 5 | done 2 | 10',
      'a forward over nothing that the service refuses is remembered | F2:refused | refused BOX_FULL | refused 2 | 0',
      'an undo over nothing leaves a tombstone | U2 | no-effect | tombstone 2 | 0',
      'a settle over nothing leaves a tombstone | S2 | not-done | tombstone 2 | 0',
    ],
  ),
  ...cells(done, [
    'an older forward over done is fenced | F1 | STEP_FENCED | done 2 | 10',
    'an older undo over done is fenced | U1 | STEP_FENCED | done 2 | 10',
    'an older settle over done reads the result | S1 | done 5 | done 2 | 10',
    'a repeated forward over done answers the stored result | F2 | done 5 | done 2 | 10',
    'a repeated forward over done with another input conflicts | F2:other | STEP_INPUT_CONFLICT | done 2 | 10',
    'an undo over done reverses the recorded effect | U2 | undone | undone 2 | 0',
    'a settle over done answers done and shuts the door of its epoch | S2 | done 5 | done 3 | 10',
    'a newer forward over done answers the stored result and raises the epoch | F3 | done 5 | done 3 | 10',
    'a newer forward over done with another input is told the step stands | F3:other | STEP_ALREADY_DONE | done 2 | 10',
    'a newer undo over done reverses the recorded effect | U3 | undone | undone 3 | 0',
    'a newer settle over done answers done and shuts the door of its epoch | S3 | done 5 | done 4 | 10',
  ]),
  ...cells(lockedDone, [
    'an undo over done that is impossible changes nothing | U2 | UNDO_IMPOSSIBLE | done 2 | 10',
    'a newer undo over done that is impossible changes nothing | U3 | UNDO_IMPOSSIBLE | done 2 | 10',
  ]),
  ...cells(refused, [
    'an older forward over refused is fenced | F1 | STEP_FENCED | refused 2 | 0',
    'an older undo over refused is fenced | U1 | STEP_FENCED | refused 2 | 0',
    'an older settle over refused answers not done | S1 | not-done | refused 2 | 0',
    'a repeated forward over refused answers the same refusal | F2 | refused BOX_FULL | refused 2 | 0',
    'an undo over refused leaves a tombstone | U2 | no-effect | tombstone 2 | 0',
    'a settle over refused answers not done | S2 | not-done | refused 2 | 0',
    'a newer forward over refused is applied afresh | F3 | done 5 | done 3 | 10',
    'a newer forward over refused may be refused again | F3:refused | refused BOX_FULL | refused 3 | 0',
    'a newer undo over refused leaves a tombstone | U3 | no-effect | tombstone 3 | 0',
    'a newer settle over refused leaves a tombstone | S3 | not-done | tombstone 3 | 0',
  ]),
  ...cells(undone, [
    'an older forward over undone is fenced | F1 | STEP_FENCED | undone 2 | 0',
    'an older undo over undone is fenced | U1 | STEP_FENCED | undone 2 | 0',
    'an older settle over undone answers not done | S1 | not-done | undone 2 | 0',
    'a late forward over undone is fenced | F2 | STEP_FENCED | undone 2 | 0',
    'a repeated undo over undone answers undone again | U2 | undone | undone 2 | 0',
    'a settle over undone answers not done | S2 | not-done | undone 2 | 0',
    'a newer forward over undone is applied afresh | F3 | done 5 | done 3 | 10',
    'a newer forward over undone may be refused | F3:refused | refused BOX_FULL | refused 3 | 0',
    'a newer undo over undone raises the epoch | U3 | undone | undone 3 | 0',
    'a newer settle over undone raises the epoch | S3 | not-done | undone 3 | 0',
  ]),
  ...cells(tombstone, [
    'an older forward over a tombstone is fenced | F1 | STEP_FENCED | tombstone 2 | 0',
    'an older undo over a tombstone is fenced | U1 | STEP_FENCED | tombstone 2 | 0',
    'an older settle over a tombstone answers not done | S1 | not-done | tombstone 2 | 0',
    'a late forward over a tombstone is fenced | F2 | STEP_FENCED | tombstone 2 | 0',
    'a repeated undo over a tombstone answers no effect again | U2 | no-effect | tombstone 2 | 0',
    'a settle over a tombstone answers not done | S2 | not-done | tombstone 2 | 0',
    'a newer forward over a tombstone is applied afresh | F3 | done 5 | done 3 | 10',
    'a newer forward over a tombstone may be refused | F3:refused | refused BOX_FULL | refused 3 | 0',
    'a newer undo over a tombstone raises the epoch | U3 | no-effect | tombstone 3 | 0',
    'a newer settle over a tombstone raises the epoch | S3 | not-done | tombstone 3 | 0',
  ]),
  ...cells(
    [...done, 'S2'],
    [
      'a repeated settle is still answered done | S2 | done 5 | done 3 | 10',
      'a late undo of a settled epoch is fenced | U2 | STEP_FENCED | done 3 | 10',
      'a late forward of a settled epoch is fenced | F2 | STEP_FENCED | done 3 | 10',
    ],
  ),
  ...cells(settled, [
    'a late forward of an epoch settled not done is fenced | F2 | STEP_FENCED | tombstone 2 | 0',
  ]),
  ...[
    { name: 'done', before: done, row: 'done 2', coins: 10 },
    { name: 'refused', before: refused, row: 'refused 2', coins: 0 },
    { name: 'undone', before: undone, row: 'undone 2', coins: 0 },
    { name: 'a tombstone', before: tombstone, row: 'tombstone 2', coins: 0 },
  ].flatMap(({ name, before, row, coins }) =>
    [1, 2, 3].flatMap((epoch) =>
      cells(before, [
        `a forward ${epoch} of another run over ${name} is fenced | F${epoch}@b | STEP_FENCED | ${row} | ${coins}`,
        `an undo ${epoch} of another run over ${name} is fenced | U${epoch}@b | STEP_FENCED | ${row} | ${coins}`,
        `a settle ${epoch} of another run over ${name} is fenced | S${epoch}@b | STEP_FENCED | ${row} | ${coins}`,
      ]),
    ),
  ),
  ...[
    { name: 'nothing', before: [], row: 'absent', coins: 0 },
    { name: 'done', before: done, row: 'done 2', coins: 10 },
    { name: 'refused', before: refused, row: 'refused 2', coins: 0 },
    { name: 'undone', before: undone, row: 'undone 2', coins: 0 },
    { name: 'a tombstone', before: tombstone, row: 'tombstone 2', coins: 0 },
  ].flatMap(({ name, before, row, coins }) =>
    cells(
      [...before, 'C1@b'],
      [
        `a forward of a closed saga over ${name} is fenced | F3 | STEP_FENCED | ${row} | ${coins}`,
        `an undo of a closed saga over ${name} is fenced | U3 | STEP_FENCED | ${row} | ${coins}`,
        `a settle of a closed saga over ${name} is fenced | S3 | STEP_FENCED | ${row} | ${coins}`,
        `the closing over ${name}, asked again, answers the same | C1@b | closed over ${row === 'absent' ? 'nothing' : row} | ${row} | ${coins}`,
      ],
    ),
  ),
  ...cells(
    [...done, 'C1@b'],
    [
      'a closed saga is undone by the recovery that closed it | U65536@b | undone | undone 65536 | 0',
      'a closed saga is settled by the recovery that closed it | S65536@b | done 5 | done 65537 | 10',
      'a higher recovery closes anew | C2@c | closed over done 2 | done 2 | 10',
      'another run of the recovery that closed is fenced | C1@c | STEP_FENCED | done 2 | 10',
    ],
  ),
  ...cells(
    [...done, 'C2@c'],
    [
      'a lower recovery no longer closes | C1@b | STEP_FENCED | done 2 | 10',
      'a lower recovery no longer undoes | U65536@b | STEP_FENCED | done 2 | 10',
    ],
  ),
  ...cells(
    ['C1@b'],
    [
      'a recovery may go forward in a saga it closed | F65536@b | done 5 | done 65536 | 10',
      'a recovery may leave a tombstone in a saga it closed | U65536@b | no-effect | tombstone 65536 | 0',
    ],
  ),
  ...cells(done, [
    'a recovery of the next generation may undo what another run did | U65536@b | undone | undone 65536 | 0',
    'a recovery of the next generation may settle what another run did | S65536@b | done 5 | done 65537 | 10',
  ]),
];

/** Plays a cell's history and then its message, and expects exactly what the cell says. */
export async function expectCell(play: Play, cell: Cell): Promise<void> {
  for (const earlier of cell.before) {
    if (earlier === lock) await play.lock(true);
    else await play.deliver(earlier);
  }
  const before = await play.look();
  const answer = await play.deliver(cell.delivery);
  const { row, coins, events } = await play.look();
  expect({ answer, row, coins }).toEqual({ answer: cell.answer, row: cell.row, coins: cell.coins });
  // Two boxes: an effect or its reversal is two events, and nothing else is any.
  expect(events - before.events).toBe(coins === before.coins ? 0 : 2);
}
