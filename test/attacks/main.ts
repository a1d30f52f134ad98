import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openWorkshop } from '../guards/workshop';
import type { AttackMutation } from './mutation';
import { asJson, asTable, usage } from './report';
import type { MutationResult } from './report';
import { runMutations } from './run';
import { attackMutations } from './table';

const exitCodes = { allMissed: 0, someNotMissed: 1, cannotTell: 2 } as const;
const say = (text: string): boolean => process.stderr.write(`${text}\n`);

class UsageError extends Error {}

function optionsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        neighbours: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        // Set for the process that runs from the copy.
        inside: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function selected(only: readonly string[] | undefined): readonly AttackMutation[] {
  const found = attackMutations.filter(
    ({ row, name }) => only?.some((text) => row === text || name.includes(text)) ?? true,
  );
  if (found.length > 0) return found;
  throw new UsageError('no mutation has such a row or name; --list shows them all');
}

/** Runs the same command from a copy of the checkout, so that the checkout itself is never weakened. */
async function runInCopy(args: readonly string[]): Promise<number> {
  const bench = openWorkshop();
  const entry = path.join(bench.folder, 'dist', 'test', 'attacks', 'main.js');
  const child = spawn(process.execPath, ['--enable-source-maps', entry, ...args, '--inside'], {
    ...{ cwd: bench.folder, stdio: 'inherit' },
  });
  const pass = (signal: NodeJS.Signals): boolean => child.kill(signal);
  process.once('SIGINT', pass).once('SIGTERM', pass);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? exitCodes.cannotTell));
    });
  } finally {
    bench.close();
  }
}

/** `npm run test:attack-mutations`: every row of `holdfast attack` breaks without its guard. See `--help`. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = optionsOf(args);
    if (options.help) process.stdout.write(usage);
    if (options.help) return exitCodes.allMissed;
    const chosen = selected(options.only);
    if (!options.list && !options.inside) return await runInCopy(args);
    const interrupt = new AbortController();
    const stop = (): void => interrupt.abort(new Error('interrupted'));
    process.once('SIGINT', stop).once('SIGTERM', stop);
    const results = options.list
      ? chosen.map((mutation): MutationResult => ({ mutation }))
      : await runMutations(chosen, { neighbours: options.neighbours, signal: interrupt.signal });
    process.stdout.write(options.json ? asJson(results) : asTable(results));
    const isMissed = ({ verdict }: MutationResult) => verdict?.is === 'red';
    return options.list || results.every(isMissed) ? exitCodes.allMissed : exitCodes.someNotMissed;
  } catch (error) {
    const known = error instanceof UsageError;
    say(known ? `${error.message}\n\n${usage}` : String((error as Error).stack));
    return exitCodes.cannotTell;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
