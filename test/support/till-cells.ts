import type { TillDelivery, TillPlay } from './till-play';

/** One cell of the table over open calls: what came before, the message, and what is to be seen afterwards. */
export interface TillCell {
  readonly title: string;
  readonly before: readonly TillDelivery[];
  readonly delivery: TillDelivery;
  readonly answer: string;
  readonly row: string;
  readonly coins: number;
  /** States of the charges at the provider, joined by a space; `none` where there is none. */
  readonly charges: string;
}

/** Reads one line: `delivery | answer | row | coins | charges`. */
function cells(
  state: string,
  before: readonly TillDelivery[],
  lines: readonly string[],
): TillCell[] {
  return lines.map((line) => {
    const [delivery, answer, row, coins, charges] = line.split('|').map((part) => part.trim());
    if (!delivery || !answer || !row || !coins || !charges) throw new Error(`bad cell: ${line}`);
    const title = `${delivery} over ${state}`;
    return { title, before, delivery, answer, row, coins: Number(coins), charges };
  });
}

const otherRun = (row: string, coins: number, charges: string): string[] =>
  ['F1', 'F2', 'F3', 'U2', 'U3', 'S2', 'S3'].map(
    (delivery) => `${delivery}@b | STEP_FENCED | ${row} | ${coins} | ${charges}`,
  );

/** Every cell over an open call, at epochs below (1), equal to (2) and above (3) the row's. */
export const tillCells: readonly TillCell[] = [
  ...cells(
    'nothing',
    [],
    [
      'F2 | done 5 | done 2 | 10 | authorized',
      'F2:local | done 5 | done 2 | 10 | none',
      'F2:declined | refused BOX_DECLINED | refused 2 | 0 | none',
      'F2!intent | crashed | absent | 0 | none',
      'F2!call | crashed | intent 2 | 5 | none',
      'F2!word | crashed | intent 2 | 5 | authorized',
      'F2!answer | crashed | done 2 | 10 | authorized',
    ],
  ),
  ...cells(
    'an intent that was never called',
    ['F2!call'],
    [
      'F1 | STEP_FENCED | intent 2 | 5 | none',
      'F2 | done 5 | done 2 | 10 | authorized',
      'F2:other | STEP_INPUT_CONFLICT | intent 2 | 5 | none',
      'F3 | STEP_FENCED | intent 2 | 5 | none',
      'U1 | STEP_FENCED | intent 2 | 5 | none',
      'U2 | no-effect | tombstone 2 | 0 | none',
      'U3 | no-effect | tombstone 3 | 0 | none',
      'S1 | STEP_UNRESOLVED | intent 2 | 5 | none',
      'S2 | not-done | tombstone 2 | 0 | none',
      'S3 | not-done | tombstone 3 | 0 | none',
      'U65536@b | no-effect | tombstone 65536 | 0 | none',
      'S65536@b | not-done | tombstone 65536 | 0 | none',
      ...otherRun('intent 2', 5, 'none'),
    ],
  ),
  ...cells(
    'an intent that was called',
    ['F2!word'],
    [
      'F1 | STEP_FENCED | intent 2 | 5 | authorized',
      'F2 | done 5 | done 2 | 10 | authorized',
      'F2:other | STEP_INPUT_CONFLICT | intent 2 | 5 | authorized',
      'F3 | STEP_FENCED | intent 2 | 5 | authorized',
      'U1 | STEP_FENCED | intent 2 | 5 | authorized',
      'U2 | undone | undone 2 | 0 | released',
      'U3 | undone | undone 3 | 0 | released',
      'S1 | STEP_UNRESOLVED | intent 2 | 5 | authorized',
      'S2 | done 5 | done 3 | 10 | authorized',
      'S3 | done 5 | done 4 | 10 | authorized',
      'U65536@b | undone | undone 65536 | 0 | released',
      'S65536@b | done 5 | done 65537 | 10 | authorized',
      ...otherRun('intent 2', 5, 'authorized'),
    ],
  ),
  ...cells(
    'an intent that was declined',
    ['F2:declined!word'],
    [
      'F2:declined | refused BOX_DECLINED | refused 2 | 0 | none',
      'U2 | no-effect | tombstone 2 | 0 | none',
      'S2 | not-done | tombstone 2 | 0 | none',
      'S3 | not-done | tombstone 3 | 0 | none',
    ],
  ),
  ...cells(
    'a cancel that was never sent',
    ['F2!word', 'U2!call'],
    [
      'F2 | STEP_FENCED | cancelling 2 | 5 | authorized',
      'F3 | STEP_FENCED | cancelling 2 | 5 | authorized',
      'U1 | STEP_FENCED | cancelling 2 | 5 | authorized',
      'U2 | undone | undone 2 | 0 | released',
      'U3 | undone | undone 3 | 0 | released',
      'S1 | STEP_UNRESOLVED | cancelling 2 | 5 | authorized',
      'S2 | not-done | undone 2 | 0 | released',
      'S3 | not-done | undone 3 | 0 | released',
      ...otherRun('cancelling 2', 5, 'authorized'),
    ],
  ),
  ...cells(
    'a cancel that was sent',
    ['F2!word', 'U2!word'],
    [
      'F2 | STEP_FENCED | cancelling 2 | 5 | released',
      'U2 | undone | undone 2 | 0 | released',
      'S2 | not-done | undone 2 | 0 | released',
    ],
  ),
  ...cells(
    'a cancel of what was never called',
    ['F2!call', 'U2!word'],
    [
      'F2 | STEP_FENCED | cancelling 2 | 5 | none',
      'U2 | no-effect | tombstone 2 | 0 | none',
      'S2 | not-done | tombstone 2 | 0 | none',
    ],
  ),
  ...cells(
    'a cancel of what was declined',
    ['F2:declined!word', 'U2!word'],
    ['U2 | no-effect | tombstone 2 | 0 | none', 'S2 | not-done | tombstone 2 | 0 | none'],
  ),
  ...cells(
    'done',
    ['F2'],
    [
      'F2 | done 5 | done 2 | 10 | authorized',
      'U1 | STEP_FENCED | done 2 | 10 | authorized',
      'U2 | undone | undone 2 | 0 | released',
      'U3 | undone | undone 3 | 0 | released',
      'S2 | done 5 | done 3 | 10 | authorized',
      'U2!call | crashed | undoing 2 | 10 | authorized',
      'U2!word | crashed | undoing 2 | 10 | released',
    ],
  ),
  ...cells(
    'a reversal that was never sent',
    ['F2', 'U2!call'],
    [
      'F2 | STEP_FENCED | undoing 2 | 10 | authorized',
      'F3 | STEP_FENCED | undoing 2 | 10 | authorized',
      'U1 | STEP_FENCED | undoing 2 | 10 | authorized',
      'U2 | undone | undone 2 | 0 | released',
      'U3 | undone | undone 3 | 0 | released',
      'S1 | STEP_UNRESOLVED | undoing 2 | 10 | authorized',
      'S2 | done 5 | done 3 | 10 | authorized',
      'S3 | done 5 | done 4 | 10 | authorized',
      ...otherRun('undoing 2', 10, 'authorized'),
    ],
  ),
  ...cells(
    'a reversal that was sent',
    ['F2', 'U2!word'],
    [
      'F2 | STEP_FENCED | undoing 2 | 10 | released',
      'U2 | undone | undone 2 | 0 | released',
      'U3 | undone | undone 3 | 0 | released',
      'S2 | not-done | undone 2 | 0 | released',
      'S3 | not-done | undone 3 | 0 | released',
    ],
  ),
  ...cells(
    'a reversal that was settled away',
    ['F2', 'U2!call', 'S2'],
    [
      'U2 | STEP_FENCED | done 3 | 10 | authorized',
      'S2 | done 5 | done 3 | 10 | authorized',
      'U3 | undone | undone 3 | 0 | released',
    ],
  ),
  ...cells(
    'a cancelled intent',
    ['F2!word', 'U2'],
    [
      'F2 | STEP_FENCED | undone 2 | 0 | released',
      'F3 | done 5 | done 3 | 10 | released authorized',
      'U2 | undone | undone 2 | 0 | released',
      'S2 | not-done | undone 2 | 0 | released',
    ],
  ),
];

/** Plays a cell's history and then its message, and expects exactly what the cell says, here and at the provider. */
export async function expectTillCell(play: TillPlay, cell: TillCell): Promise<void> {
  for (const earlier of cell.before) await play.deliver(earlier);
  const answer = await play.deliver(cell.delivery);
  const { row, coins, charges } = await play.look();
  const seen = { answer, row, coins, charges: [...charges].sort().reverse().join(' ') || 'none' };
  const { answer: said, row: written, coins: lie, charges: stand } = cell;
  expect(seen).toEqual({ answer: said, row: written, coins: lie, charges: stand });
}
