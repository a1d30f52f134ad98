import type { CellResult } from './play';

export const usage = `npm run test:relay -- [options]

Starts MongoDB, PostgreSQL, DynamoDB and a Kafka broker, and relays as processes of their own. Kills and stops them at
each named crash point, restarts, kills and suspends the broker, and holds transactions open among many commits. Then
the log is read raw and held against the events table, and the read model against that of an undisturbed run.

  --only <text>      cells whose name has this text; may be repeated. The undisturbed run is always played
  --store <name>     postgres, mongodb or dynamodb; may be repeated
  --commands <n>     of the workload of each cell; 200 unless told
  --commits <n>      of others while transactions are held open; 10000 unless told, 0 leaves it out
  --held <seconds>   how long they are held; 30 unless told
  --seed <n>         of the workload; 1 unless told
  --list             shows the cells and plays none
  --json             the results as JSON on standard output
  --help             this text

Exit codes: 0 everything holds, 1 something does not, 2 wrong usage or servers that did not start, 130 interrupted; what
was started is stopped then, too.
`;

const heading = [
  'cell',
  'store',
  'events',
  'records',
  'gaps',
  'reordered',
  'repeats',
  'seconds',
  '',
];

/** What is told as soon as a cell is over. */
export function asLine({ cell, store, seconds, problems }: CellResult): string {
  return `${problems.length === 0 ? '✓' : '✗'} ${store}, ${cell}: ${seconds.toFixed(1)} s`;
}

/** The table for people: a row a cell and store, with what is wrong under it. */
export function asTable(results: readonly CellResult[]): string {
  const rows = results.map(rowOf);
  const widths = heading.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const told = results.flatMap((result, index) => [
    line(rows[index] ?? []),
    ...result.problems.slice(0, 10).map((problem) => `    PROBLEM ${problem}`),
  ]);
  const red = results.filter(({ problems }) => problems.length > 0).length;
  const repeats = results.reduce((sum, one) => sum + one.repeats, 0);
  const sum = `${results.length - red} hold, ${red} do not; ${repeats} repeats, each of one hash and counted`;
  return `${[line(heading), ...told, sum].join('\n')}\n`;
}

function rowOf(result: CellResult): string[] {
  const { cell, store, events, records, gaps, reordered, repeats, seconds, problems } = result;
  const numbers = [events, records, gaps, reordered, repeats].map(String);
  return [cell, store, ...numbers, seconds.toFixed(1), problems.length === 0 ? '✓' : '✗'];
}

/** The same for programs, without the rows of the read models. */
export function asJson(results: readonly CellResult[]): string {
  const told = results.map(({ rows, ...result }) => ({ ...result, aggregates: rows.length }));
  const red = results.filter(({ problems }) => problems.length > 0).length;
  return `${JSON.stringify({ results: told, red })}\n`;
}
