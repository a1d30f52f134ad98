import { parseArgs } from 'node:util';
import { UsageError, namesOf, numbersOf, parsed } from './words';
import { floorName, variantNames, variants } from './saga/variants';
import type { VariantName } from './saga/variants';

/** What is run, and how it is told. */
export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly callers: readonly number[];
  readonly variants: readonly VariantName[];
  /** Holdfast with what may be switched off for speed, see docs/performance.md. */
  readonly optIns: boolean;
  /** Steps of the others write a step record and an event as well. */
  readonly recorded: boolean;
  /** Folder that reports are written to. */
  readonly out?: string;
  readonly json: boolean;
  readonly help: boolean;
}

const scenarios = ['saga'] as const;
const listed = Object.entries(variants).map(([name, text]) => `    ${name.padEnd(20)} ${text}`);

export const usage = `npm run bench -- saga [options]

Starts PostgreSQL, two Temporal servers, Kafka, Consul and the processes that are measured, on free ports, and runs the
same three one-row steps in every way there is, one after the other, in rounds. Reports latency, sagas a second and CPU
for each saga, and how they stand to the steps alone and to an empty workflow of the same round.

  --rounds <n>           5 unless told
  --seconds <n>          of each window; 5 unless told
  --callers <n,...>      1,32 unless told
  --only <variant,...>   all unless told; the floor is always measured:
${listed.join('\n')}
  --opt-ins              Holdfast without stack traces and time limit of workflows, see docs/performance.md
  --recorded             everybody's steps write a step record and an event beside their row, as Holdfast's do
  --out <folder>         writes report.md, report.json and plot.html there
  --json                 the report as JSON on standard output, in place of the table
  --help                 this text

The other scenarios:      npm run bench -- relay --help, npm run bench -- projection --help,
                          npm run bench -- gateway --help
Against another revision: npm run bench -- --compare <revision> --help

Exit codes: 0 every saga ended as it should and left what it should, 1 one did not, 2 wrong usage or servers that did
not start, 130 interrupted; what was started is stopped then, too. How to read it: docs/performance.md
`;

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    ...{ rounds: text, seconds: text, callers: text, only: text, out: text },
    ...{ json: flag, help: flag, 'opt-ins': flag, recorded: flag },
  };
  return parsed(() => parseArgs({ args: [...args], allowPositionals: true, options }));
}

/** Reads the command line; throws {@link UsageError}. */
export function optionsOf(args: readonly string[]): Options {
  const { values: told, positionals } = parse(args);
  const [scenario = '', ...more] = positionals;
  const isKnown = (scenarios as readonly string[]).includes(scenario) && more.length === 0;
  if (!isKnown && !told.help) {
    throw new UsageError(
      `which scenario? There are: ${scenarios.join(', ')}, relay, projection, gateway`,
    );
  }
  return {
    rounds: numbersOf('rounds', told.rounds ?? '5', false)[0] ?? 1,
    seconds: numbersOf('seconds', told.seconds ?? '5', false)[0] ?? 1,
    callers: numbersOf('callers', told.callers ?? '1,32', true),
    variants: variantsOf(told.only),
    ...(told.out === undefined ? {} : { out: told.out }),
    ...{ json: told.json, help: told.help, optIns: told['opt-ins'], recorded: told.recorded },
  };
}

function variantsOf(only: string | undefined): readonly VariantName[] {
  const wanted = only === undefined ? variantNames : namesOf(only, variantNames, 'variant');
  return variantNames.filter((name) => name === floorName || wanted.includes(name));
}
