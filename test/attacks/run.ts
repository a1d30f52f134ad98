import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { carryOut } from '../../cli/attack/attack';
import type { AttackResult } from '../../cli/attack/attack';
import { targetIn } from '../../cli/attack/command';
import { attacks } from '../../cli/attack/rows';
import { startWorld } from '../../cli/up/world';
import type { World } from '../../cli/up/world';
import { serverNames } from '../../stack';
import { openWeakening, processesOf, restartAll } from './bench';
import { judgeMutation } from './judge';
import type { AttackMutation } from './mutation';
import { lineOf } from './report';
import type { MutationResult } from './report';

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

/** Carries rows out against a world, with connections of their own. */
async function attackWorld(
  { stack }: World,
  rows: (row: string) => boolean,
): Promise<readonly AttackResult[]> {
  const target = targetIn(stack.stateDir, (name) => stack.environmentFor(name));
  const results: AttackResult[] = [];
  try {
    for (const attack of attacks.filter(({ row }) => rows(row))) {
      results.push(await carryOut(attack, target));
    }
  } finally {
    await target.api.close();
  }
  return results;
}

/** With every guard in place each row must hold: broken here, a break later would show nothing. */
async function expectHeld(world: World, rows: (row: string) => boolean): Promise<void> {
  const results = await attackWorld(world, rows);
  const wrong = results.filter(({ verdict }) => verdict !== 'held');
  if (wrong.length === 0) return;
  const told = wrong.map(({ row, verdict, problem, shots }) => {
    const broken = shots.filter(({ held }) => !held).map((shot) => `\n    ${JSON.stringify(shot)}`);
    return `  ${row} ${verdict}: ${problem ?? broken.join('')}`;
  });
  throw new Error(`rows do not hold although nothing was changed:\n${told.join('\n')}`);
}

export interface RunOptions {
  readonly neighbours: boolean;
  readonly signal: AbortSignal;
}

async function without(
  mutation: AttackMutation,
  world: World,
  { neighbours }: RunOptions,
): Promise<MutationResult> {
  const sinceMs = Date.now();
  const results = await attackWorld(world, (row) => neighbours || row === mutation.row);
  const seconds = (Date.now() - sinceMs) / 1_000;
  return { mutation, verdict: judgeMutation(mutation, results), seconds };
}

async function weakenEach(
  chosen: readonly AttackMutation[],
  world: World,
  options: RunOptions,
): Promise<readonly MutationResult[]> {
  const { weaken, restore } = openWeakening();
  const results: MutationResult[] = [];
  let before: AttackMutation | undefined;
  for (const mutation of chosen) {
    options.signal.throwIfAborted();
    const next = processesOf(mutation);
    try {
      // From the code as it is: what starts after the change is weakened by it, whoever it belongs to.
      await restartAll(
        world,
        processesOf(before).filter((name) => !next.includes(name)),
      );
      weaken(mutation);
      await restartAll(world, next);
      results.push(await without(mutation, world, options));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      results.push({ mutation, verdict: { is: 'unclear', problem } });
    } finally {
      restore();
    }
    before = mutation;
    say(`[${results.length}/${chosen.length}] ${lineOf(results.at(-1)!)}`);
  }
  return results;
}

/** Takes the guards out one at a time. To be run from a copy of the checkout, whose compiled code it changes. */
export async function runMutations(
  chosen: readonly AttackMutation[],
  options: RunOptions,
): Promise<readonly MutationResult[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-attacks-'));
  const rows = new Set(chosen.map(({ row }) => row));
  let world: World | undefined;
  try {
    say('starting a stack …');
    world = await startWorld({
      ...{ stateDir: path.join(folder, 'state'), portBase: 0, fast: true, brokers: 1 },
      servers: serverNames.filter((server) => server !== 'prometheus'),
      onProgress: () => undefined,
      signal: options.signal,
    });
    say(`${rows.size} rows, first with every guard in place …`);
    await expectHeld(world, (row) => options.neighbours || rows.has(row));
    return await weakenEach(chosen, world, options);
  } finally {
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
