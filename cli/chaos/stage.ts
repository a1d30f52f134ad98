import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Json } from '../../platform/kernel/json';
import type { SagaRecipe } from '../../platform/saga/recipe';
import { recipes } from '../../workflows/recipes';
import { until } from '../up/api-client';
import type { Arena, StartedSaga } from '../verify/arena';
import { checkedBy, recipeWorld } from '../verify/recipe-world';
import type { Control } from '../up/control';

/** Where a chaos run plays: a running world, with eyes to look at it and hands to break it. */
export interface Stage {
  readonly arena: Arena;
  readonly control: Control;
  /** Folder of the processes' logs, `<name>.log`. */
  readonly logsDir: string;
}

/** Patience of a chaos run, milliseconds; generous, since it takes parts of the world away. */
export const chaosLimits = { stopMs: 60_000, endMs: 180_000, wakeMs: 60_000 } as const;

/** One order on its way: everything in it is of this run alone. */
export interface PlayedSaga {
  readonly saga: StartedSaga;
  readonly input: Json;
  readonly name: string;
}

const recipe = placeOrder();

function placeOrder(): SagaRecipe {
  const found = recipes.find(({ saga }) => saga === 'place-order');
  if (found === undefined) throw new Error('place-order has no recipe');
  return found;
}

/** An attempt is given up after this: long enough for a slow store, short enough to be waited for several times. */
const pace = { attemptMs: 5_000 } as const;

/** Makes product and account of one order, to be started with a deadline of its own, milliseconds from then. */
export async function playOrder(stage: Stage, name: string, deadlineMs: number) {
  const { arena } = stage;
  const input = await recipe.prepare(recipeWorld(arena, name));
  const workflowId = arena.workflowIdOf(recipe.saga, name);
  const start = (): Promise<PlayedSaga> =>
    arena.start(recipe.saga, { workflowId, input, deadlineMs, pace }).then((saga) => {
      return { saga, input, name };
    });
  return { start };
}

/** How the saga has ended, once it has. */
export async function endOf(
  stage: Stage,
  { saga, name }: Pick<PlayedSaga, 'saga' | 'name'>,
  withinMs: number = chaosLimits.endMs,
): Promise<string> {
  return until(`the end of ${name}`, withinMs, async () => {
    const entry = await stage.arena.journal(saga.workflowId);
    return entry?.status === 'finished' ? entry.outcome : undefined;
  });
}

/** What is wrong with order, stock and money, given how the saga had to end. */
export async function brokenAfter(
  stage: Stage,
  { input, name }: PlayedSaga,
  outcome: 'completed' | 'compensated',
): Promise<readonly string[]> {
  return checkedBy(recipe, recipeWorld(stage.arena, name), { input, outcome });
}

/**
 * Deadline for sagas that have to run out of it: long enough to come to the step in question, measured by an order that
 * nothing disturbs, and short enough to be waited for; milliseconds.
 */
export async function shortDeadline(stage: Stage): Promise<number> {
  const order = await playOrder(stage, `calm-${randomUUID().slice(0, 8)}`, 15 * 60_000);
  const startedMs = performance.now();
  await endOf(stage, await order.start());
  return Math.max(8_000, Math.round(3 * (performance.now() - startedMs)));
}

/** One line of a process's log; times are RFC 3339. */
export interface LogLine {
  readonly time: string;
  readonly msg: string;
  readonly workflowId?: string;
  readonly command?: string;
  readonly attempt?: number;
  readonly code?: string;
  readonly delayMs?: number;
  readonly error?: { readonly message?: string };
}

/** The log of one process from now on. */
export function logFromNow({ logsDir }: Stage, process: string): () => readonly LogLine[] {
  const file = path.join(logsDir, `${process}.log`);
  const from = statSync(file).size;
  return () => {
    const lines = readFileSync(file).subarray(from).toString().split('\n');
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
  };
}
