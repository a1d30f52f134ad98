import type { Guard } from './guard';
import type { Judgement } from './judge';

/** A guard, and what became of its test without it; nothing where it is only listed. */
export interface GuardResult {
  readonly guard: Guard;
  readonly judgement?: Judgement;
  readonly seconds?: number;
}

export const usage = `npm run test:guards -- [options]

Takes each guard out of a copy of the sources, one at a time, and expects a named test to turn red by an expectation
that is not met. Before that, the same tests must be green.

  --only <text>   guards whose name has this text; may be repeated
  --ring <ring>   guards whose test is in this ring: unit, saga, contract; may be repeated
  --list          shows the guards and removes none
  --json          the table as JSON
  --help          this text

Exit codes: 0 every removal was noticed, 1 some were not, 2 wrong usage or tests that are red anyway.
`;

const detailCharacters = 2_000;

/** The table for people: guard, where it was removed, what noticed it, and how long that took. */
export function asTable(results: readonly GuardResult[]): string {
  const rows = results.map(rowOf);
  const heading = ['guard', 'removed in', 'noticed by', 'seconds'];
  const widths = heading.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const red = results.filter(({ judgement }) => judgement?.is === 'red').length;
  const sum = results.some(({ judgement }) => judgement !== undefined)
    ? `${red} of ${results.length} guards are missed when they are gone\n`
    : `${results.length} guards\n`;
  const failures = results.flatMap(failureOf);
  return [line(heading), ...rows.map(line), '', ...failures, sum].join('\n');
}

function rowOf({ guard, judgement, seconds }: GuardResult): string[] {
  const files = [...new Set(guard.changes.map(({ file }) => file))].join(', ');
  const expected = `${guard.test.file}: ${guard.test.title}`;
  const by = judgement?.is === 'red' ? `${guard.test.ring}: ${judgement.by}` : expected;
  const isWrong = judgement !== undefined && judgement.is !== 'red';
  return [
    guard.name,
    files,
    isWrong ? `NOT NOTICED (${judgement.is}) by ${expected}` : by,
    seconds?.toFixed(1) ?? '',
  ];
}

function failureOf({ guard, judgement }: GuardResult): string[] {
  if (judgement === undefined || judgement.is === 'red') return [];
  const detail =
    judgement.is === 'broken' ? judgement.detail.slice(0, detailCharacters) : guard.why;
  return [`${guard.name} (${judgement.is}): ${detail}\n`];
}

/** The same for programs. */
export function asJson(results: readonly GuardResult[]): string {
  const rows = results.map(({ guard: { name, why, changes, test }, judgement, seconds }) => ({
    ...{ guard: name, why, changes, test },
    ...(judgement === undefined ? {} : { noticed: judgement.is === 'red', judgement, seconds }),
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}
