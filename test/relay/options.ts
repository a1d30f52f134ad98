import { parseArgs } from 'node:util';
import { cells } from './cells';
import type { Cell, StoreName } from './cells';

const storeNames: readonly StoreName[] = ['postgres', 'mongodb', 'dynamodb'];

/** Words on the command line that mean nothing here. */
export class UsageError extends Error {}

/** What is to be played, and how it is told. */
export interface Options {
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

/** Reads the command line; throws {@link UsageError}. */
export function optionsOf(args: readonly string[]): Options {
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
