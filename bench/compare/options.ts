import { parseArgs } from 'node:util';
import { variantNames } from '../saga/variants';
import { UsageError, namesOf, numbersOf, parsed } from '../words';

/** What is compared with what, and how it is told. */
export interface CompareOptions {
  /** What git knows: a branch, a tag, a commit. */
  readonly revision: string;
  /** How often both are measured. */
  readonly rounds: number;
  /** Of each window. */
  readonly seconds: number;
  readonly callers: readonly number[];
  readonly only: readonly string[];
  readonly out?: string;
  readonly json: boolean;
  readonly help: boolean;
}

/** Enough to tell what a saga costs, and the workflow that is measured beside it. */
const usualVariants = 'holdfast-direct,holdfast-queue,empty';

export const compareUsage = `npm run bench -- --compare <revision> [options]

Measures the sagas of this tree and those of another revision in turn, each on servers of its own, so that neither has
the better hour. Says by how much they differ, and whether the rounds tell them apart. The revision is laid out in a
folder of its own, which is gone afterwards, with the packages of its own lockfile.

  --rounds <n>           of both; 5 unless told. One of each takes ten minutes or more
  --seconds <n>          of each window; 10 unless told
  --callers <n,...>      32 unless told
  --only <variant,...>   ${usualVariants} unless told; \`empty\` is what both are set against
  --out <folder>         writes compare.md and compare.json there
  --json                 the report as JSON on standard output, in place of the table
  --help                 this text

Exit codes: 0 measured, 1 a saga did not end as it should, 2 wrong usage, or a revision that could not be measured, 130
interrupted. How to read it: docs/performance.md
`;

/** Reads the command line; throws {@link UsageError}. */
export function compareOptionsOf(args: readonly string[]): CompareOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    ...{ compare: text, rounds: text, seconds: text, callers: text, only: text, out: text },
    ...{ json: flag, help: flag },
  };
  const { values: told, positionals: scenarios } = parsed(() =>
    parseArgs({ args: [...args], options, allowPositionals: true }),
  );
  const strange = scenarios.find((name) => name !== 'saga');
  if (strange !== undefined) throw new UsageError(`${strange}: only sagas can be compared`);
  const { compare: revision = '', only = usualVariants } = told;
  // What begins with a dash would be an option of git.
  if (!told.help && !/^[\w.][\w./~^@{}-]*$/.test(revision)) {
    throw new UsageError(`--compare ${revision}: a branch, a tag or a commit is expected`);
  }
  return {
    revision,
    rounds: numbersOf('rounds', told.rounds ?? '5', false)[0] ?? 1,
    seconds: numbersOf('seconds', told.seconds ?? '10', false)[0] ?? 1,
    callers: numbersOf('callers', told.callers ?? '32', true),
    only: namesOf(only, variantNames, 'variant'),
    ...(told.out === undefined ? {} : { out: told.out }),
    ...{ json: told.json, help: told.help },
  };
}
