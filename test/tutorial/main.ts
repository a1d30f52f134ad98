import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { redOf } from '../../cli/verify/report';
import { projectRoot } from '../../platform/runtime/paths';
import { linesByHand, playTutorial } from './play';

const usage = `npm run test:tutorial -- [options]

Does what docs/tutorial.md says, as a newcomer does: from a clone of the last commit, with nothing fetched before, to a
saga that holds under every fault, and says how long the machine took for each step.

  --cells <n>   of the proof only so many, chosen by a seed
  --keep        leave the clone where it is
  --json        one JSON object on standard output; progress goes to standard error
  --help        this text

Exit codes: 0 every cell green, the trip booked, and all of it with ten minutes by hand in half an hour; 1 not, 2 wrong
usage or a command of the page that fails.
`;

/** What a person adds to the machine's time, minutes: reading the page, and typing what it has. */
const byHandMinutes = 10;
/** What is promised of the whole, minutes. */
const promisedMinutes = 30;

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

interface Step {
  readonly step: string;
  readonly ms: number;
}

/** Keeps how long each step took; a step ends where the next one begins. */
function clock(): {
  readonly begins: (step: string) => void;
  readonly steps: () => readonly Step[];
} {
  const begun: { step: string; at: number }[] = [];
  return {
    begins: (step) => {
      say(`${step} …`);
      begun.push({ step, at: performance.now() });
    },
    steps: () =>
      begun.map(({ step, at }, index) => ({
        step,
        ms: Math.round((begun[index + 1]?.at ?? performance.now()) - at),
      })),
  };
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cells: { type: 'string' },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.cells !== undefined && !/^[1-9]\d*$/.test(values.cells))
    throw new Error(`--cells ${values.cells}: a whole number, at least 1`);
  return values;
}

async function tutorial(args: readonly string[]): Promise<number> {
  const { cells, keep, json, help } = optionsOf(args);
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const root = mkdtempSync(path.join(tmpdir(), 'holdfast-newcomer-'));
  const folder = path.join(root, 'holdfast');
  const { begins, steps } = clock();
  try {
    begins('git clone');
    execFileSync('git', ['clone', '--quiet', projectRoot, folder]);
    const played = await playTutorial({
      ...{ folder, begins, demonstration: true },
      env: {
        ...process.env,
        HOLDFAST_CACHE: path.join(root, 'cache'),
        npm_config_cache: path.join(root, 'npm-cache'),
      },
      ...(cells === undefined ? {} : { cells: Number(cells) }),
    });
    return report({ ...played, steps: steps(), json });
  } finally {
    if (keep) say(`the clone: ${folder}`);
    else rmSync(root, { recursive: true, force: true });
  }
}

interface Told extends Awaited<ReturnType<typeof playTutorial>> {
  readonly steps: readonly Step[];
  readonly json: boolean;
}

function report({ proof, booked, steps, json }: Told): number {
  const machineMinutes = steps.reduce((sum, { ms }) => sum + ms, 0) / 60_000;
  const green = proof.results.length - redOf(proof).length;
  const { state } = booked as { state?: unknown };
  const isGreen = green === proof.results.length && proof.violations.length === 0;
  const minutes = machineMinutes + byHandMinutes;
  const told = {
    ...{ steps, cells: proof.results.length, green, trip: state, linesByHand },
    machineMinutes: Number(machineMinutes.toFixed(1)),
    isInTime: minutes <= promisedMinutes,
  };
  if (json) process.stdout.write(`${JSON.stringify(told)}\n`);
  else {
    for (const { step, ms } of steps)
      process.stdout.write(`${(ms / 1_000).toFixed(1).padStart(8)} s  ${step}\n`);
    const lines = [
      `${told.machineMinutes} min of the machine, and ${byHandMinutes} to read and type ${linesByHand} lines by hand;`,
      `${promisedMinutes} min promised. ${green} of ${told.cells} cells green; the trip is ${String(state)}.`,
    ];
    process.stdout.write(`${lines.join(' ')}\n`);
  }
  return isGreen && state === 'completed' && told.isInTime ? 0 : 1;
}

tutorial(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    say((error as Error).message);
    process.exitCode = 2;
  },
);
