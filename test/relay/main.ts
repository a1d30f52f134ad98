import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { mongoOptions } from '../../platform/runtime/connections';
import { startTestWorld } from '../support/test-world';
import { configFor } from '../support/world';
import { cells } from './cells';
import type { Cell, StoreName } from './cells';
import { playHeld } from './held';
import { playCell } from './play';
import type { CellResult } from './play';
import { asJson, asTable, usage } from './report';

const storeNames: readonly StoreName[] = ['postgres', 'mongodb', 'dynamodb'];
const exitCodes = { holds: 0, doesNot: 1, cannotTell: 2 } as const;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

class UsageError extends Error {}

interface Options {
  readonly chosen: readonly Cell[];
  readonly stores: readonly StoreName[];
  readonly commands: number;
  readonly commits: number;
  readonly heldMs: number;
  readonly seed: number;
  readonly list: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const several = { type: 'string', multiple: true } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ only: several, store: several, commands: text, commits: text, held: text },
        ...{ seed: text, list: flag, json: flag, help: flag },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function optionsOf(args: readonly string[]): Options {
  const told = parse(args);
  const number = (name: 'commands' | 'commits' | 'held' | 'seed', otherwise: number): number => {
    const value = Number(told[name] ?? otherwise);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new UsageError(`--${name} ${told[name]}: a whole number is expected`);
  };
  const strange = told.store?.find((name) => !(storeNames as readonly string[]).includes(name));
  if (strange !== undefined) throw new UsageError(`--store ${strange}: there is none`);
  const isChosen = ({ name, kind }: Cell): boolean =>
    kind === 'calm' || (told.only?.some((part) => name.includes(part)) ?? true);
  return {
    ...{ chosen: cells.filter(isChosen), commands: number('commands', 200) },
    stores: storeNames.filter((name) => told.store?.includes(name) ?? true),
    ...{ commits: number('commits', 10_000), heldMs: number('held', 30) * 1_000 },
    ...{ seed: number('seed', 1), list: told.list, json: told.json, help: told.help },
  };
}

/** MongoDB ends a transaction after 12 s in our stacks; for one that is held for longer it is told to wait. */
async function letTransactionsLive(heldMs: number): Promise<void> {
  const { url, options } = mongoOptions(configFor('admin'));
  const client = await MongoClient.connect(url, options);
  const transactionLifetimeLimitSeconds = Math.ceil(heldMs / 1_000) + 30;
  await client.db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds });
  await client.close();
}

async function play(options: Options): Promise<readonly CellResult[]> {
  const results: CellResult[] = [];
  const note = (found: readonly CellResult[]): void => {
    results.push(...found);
    for (const { cell, store, seconds, problems } of found) {
      say(`${problems.length === 0 ? '✓' : '✗'} ${store}, ${cell}: ${seconds.toFixed(1)} s`);
    }
  };
  const calm = new Map<StoreName, CellResult['rows']>();
  for (const cell of options.chosen) note(await playCell(cell, { ...options, calm }));
  if (options.commits === 0) return results;
  await letTransactionsLive(options.heldMs);
  for (const store of options.stores) {
    if (store === 'dynamodb') continue;
    note([await playHeld(store, { heldMs: options.heldMs, commits: options.commits, lanes: 6 })]);
  }
  return results;
}

async function inWorld(options: Options): Promise<readonly CellResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-relay-'));
  const servers = ['mongodb', 'postgres', 'dynamodb', 'kafka'] as const;
  const world = await startTestWorld({ folder, rings: [], servers });
  Object.assign(process.env, world.environment);
  try {
    return await play(options);
  } finally {
    await world.stop();
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
    const known = error instanceof UsageError;
    say(known ? `${error.message}\n\n${usage}` : String((error as Error).stack));
    return exitCodes.cannotTell;
  }
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
