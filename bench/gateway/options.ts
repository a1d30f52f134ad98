import { parseArgs } from 'node:util';
import { UsageError, namesOf, numbersOf, parsed } from '../words';
import { readNames, reads } from './reads';
import type { ReadName } from './reads';

/** What is run, and how it is told. */
export interface GatewayOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly callers: readonly number[];
  readonly reads: readonly ReadName[];
  readonly out?: string;
  readonly json: boolean;
  readonly help: boolean;
}

/** Redis keeps an entry for a minute after it was loaded: what reads past the gateway must end before that. */
export const secondsMax = 30;

const listed = Object.entries(reads).map(([name, text]) => `    ${name.padEnd(12)} ${text}`);

export const gatewayUsage = `npm run bench -- gateway [options]

Starts the servers and processes of Holdfast on free ports, places an order through the gateway, and reads it again and
again: through the gateway, and without it. Then it says what the gateway adds to a read that is answered from the
cache. What no read needs is stopped before anything is measured.

  --rounds <n>         5 unless told
  --seconds <n>        of each window, ${secondsMax} at most; 4 unless told
  --callers <n,...>    1,32 unless told
  --only <read,...>    all unless told:
${listed.join('\n')}
  --out <folder>       writes report.md and report.json there
  --json               the report as JSON on standard output, in place of the table
  --help               this text

Exit codes: 0 every answer was the expected one, 1 one was not, such as a miss of the cache, 2 wrong usage or servers
that did not start, 130 interrupted; what was started is stopped then, too. How to read it: docs/performance.md
`;

/** Reads the command line; throws {@link UsageError}. */
export function gatewayOptionsOf(args: readonly string[]): GatewayOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = {
    ...{ rounds: text, seconds: text, callers: text, only: text, out: text },
    ...{ json: flag, help: flag },
  };
  const told = parsed(() => parseArgs({ args: [...args], options }).values);
  return {
    rounds: numbersOf('rounds', told.rounds ?? '5', false)[0] ?? 1,
    seconds: secondsOf(told.seconds ?? '4'),
    callers: numbersOf('callers', told.callers ?? '1,32', true),
    reads: readsOf(told.only),
    ...(told.out === undefined ? {} : { out: told.out }),
    ...{ json: told.json, help: told.help },
  };
}

function secondsOf(text: string): number {
  const seconds = numbersOf('seconds', text, false)[0] ?? 1;
  if (seconds <= secondsMax) return seconds;
  throw new UsageError(`--seconds ${text}: ${secondsMax} is the most`);
}

function readsOf(only: string | undefined): readonly ReadName[] {
  const wanted = only === undefined ? readNames : namesOf(only, readNames, 'read');
  return readNames.filter((name) => wanted.includes(name));
}
