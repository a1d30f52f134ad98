import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { mongoOptions } from '../../platform/runtime/connections';
import { aborted } from '../../stack';
import { startTestWorld } from '../support/test-world';
import type { TestWorld } from '../support/test-world';
import { configFor } from '../support/world';
import type { StoreName } from './cells';
import { playHeld } from './held';
import { UsageError, optionsOf } from './options';
import type { Options } from './options';
import { playCell } from './play';
import type { CellResult } from './play';
import { asJson, asLine, asTable, usage } from './report';

const exitCodes = { holds: 0, doesNot: 1, cannotTell: 2, interrupted: 130 } as const;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

class Interrupted extends Error {}

/** MongoDB ends a transaction after 12 s in our stacks; for one that is held for longer it is told to wait. */
async function letTransactionsLive(heldMs: number): Promise<void> {
  const { url, options } = mongoOptions(configFor('admin'));
  const client = await MongoClient.connect(url, options);
  const transactionLifetimeLimitSeconds = Math.ceil(heldMs / 1_000) + 30;
  await client.db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds });
  await client.close();
}

async function play(options: Options, note: (found: readonly CellResult[]) => void) {
  const calm = new Map<StoreName, CellResult['rows']>();
  for (const cell of options.chosen) {
    note(await orFailed(cell.name, options.stores, playCell(cell, { ...options, calm })));
  }
  if (options.commits === 0) return;
  await letTransactionsLive(options.heldMs);
  for (const store of options.stores) {
    if (store === 'dynamodb') continue;
    const { heldMs, commits } = options;
    const held = playHeld(store, { heldMs, commits, lanes: 6 }).then((one) => [one]);
    note(await orFailed('held open', [store], held));
  }
}

/** A cell that could not be played to its end has a problem; the others are played. */
async function orFailed(
  cell: string,
  stores: readonly StoreName[],
  played: Promise<readonly CellResult[]>,
): Promise<readonly CellResult[]> {
  try {
    return await played;
  } catch (error) {
    const nothing = { events: 0, records: 0, gaps: 0, reordered: 0, repeats: 0, counted: 0 };
    const problems = [String((error as Error).stack)];
    return stores.map((store) => ({ ...nothing, rows: [], seconds: 0, cell, store, problems }));
  }
}

/** Plays in a world of its own, which is gone afterwards, also when somebody has had enough. */
async function inWorld(options: Options): Promise<readonly CellResult[]> {
  const interrupt = new AbortController();
  const stop = (signal: NodeJS.Signals): void => interrupt.abort(new Interrupted(signal));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const { signal } = interrupt;
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-relay-'));
  const servers = ['mongodb', 'postgres', 'dynamodb', 'kafka'] as const;
  const results: CellResult[] = [];
  let world: TestWorld | undefined;
  try {
    world = await startTestWorld({ folder, rings: [], servers, signal });
    Object.assign(process.env, world.environment);
    const played = play(options, (found) => {
      results.push(...found);
      found.map(asLine).forEach(say);
    });
    await Promise.race([played, aborted(signal)]);
    return results;
  } finally {
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `npm run test:relay`: see `--help`. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = optionsOf(args);
    if (options.help) process.stdout.write(usage);
    if (options.list) options.chosen.forEach(({ name }) => process.stdout.write(`${name}\n`));
    if (options.help || options.list) return exitCodes.holds;
    const results = await inWorld(options);
    process.stderr.write(asTable(results));
    if (options.json) process.stdout.write(asJson(results));
    const isRight = results.every(({ problems }) => problems.length === 0);
    return isRight ? exitCodes.holds : exitCodes.doesNot;
  } catch (error) {
    if (error instanceof Interrupted) return exitCodes.interrupted;
    const known = error instanceof UsageError;
    say(known ? `${error.message}\n\n${usage}` : String((error as Error).stack));
    return exitCodes.cannotTell;
  }
}

// What was interrupted may still wait for a server that is gone.
void main(process.argv.slice(2)).then((code) => process.exit(code));
