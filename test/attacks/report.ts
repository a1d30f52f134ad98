import type { MutationVerdict } from './judge';
import type { AttackMutation } from './mutation';

/** A mutation with what came of it; nothing where it is only listed. */
export interface MutationResult {
  readonly mutation: AttackMutation;
  readonly verdict?: MutationVerdict;
  readonly seconds?: number;
}

export const usage = `npm run test:attack-mutations -- [options]

Takes one guard after the other out of a copy of the compiled code, starts the processes that have it anew, and carries
out the row of \`holdfast attack\` that must miss it. Before that, every row must hold. Servers are started once.

  --only <text>   mutations of this row, or with this text in their name; may be repeated
  --neighbours    carries out all other rows too: none may break that does not stand on the same guard
  --list          shows the mutations and starts nothing
  --json          the table as JSON
  --help          this text

Exit codes: 0 every row missed its guard, 1 one did not, 2 wrong usage, or a row that does not hold with every guard.
`;

/** One line about a mutation. */
export function lineOf({ mutation: { row, name }, verdict, seconds }: MutationResult): string {
  const head = `${row.padEnd(6)} ${name}`;
  if (verdict === undefined) return head;
  const told = { red: 'red', green: 'GREEN', spread: 'SPREADS', unclear: 'UNCLEAR' }[verdict.is];
  return `${told.padEnd(8)}${head} (${(seconds ?? 0).toFixed(0)} s): ${detailOf(verdict)}`;
}

function detailOf(verdict: MutationVerdict): string {
  if (verdict.is === 'red') return verdict.seen;
  if (verdict.is === 'green') return 'the row holds without its guard';
  if (verdict.is === 'spread') return `breaks ${verdict.rows.join(', ')} as well`;
  return verdict.problem;
}

/** The table for people. */
export function asTable(results: readonly MutationResult[]): string {
  const red = results.filter(({ verdict }) => verdict?.is === 'red').length;
  const isListed = results.every(({ verdict }) => verdict === undefined);
  const sum = isListed
    ? `${results.length} mutations`
    : `${red} of ${results.length} guards are missed when they are gone`;
  return [...results.map(lineOf), '', sum, ''].join('\n');
}

/** The same for programs. */
export function asJson(results: readonly MutationResult[]): string {
  const rows = results.map(({ mutation, verdict, seconds }) => ({
    ...mutation,
    ...(verdict === undefined ? {} : { verdict, seconds }),
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}
