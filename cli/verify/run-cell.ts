import { randomUUID } from 'node:crypto';
import type { Json } from '../../platform/kernel/json';
import { happenedFaults, releaseHeld, writeFaultPlan } from '../../platform/runtime/fault-plan';
import type { HappenedFault } from '../../platform/runtime/fault-plan';
import type { ExploredOutcome, SagaRecipe } from '../../platform/saga/recipe';
import { until } from '../up/api-client';
import type { Arena, StartedSaga } from './arena';
import { outcomeOf, planOf } from './cells';
import type { Cell, ExploredStep } from './cells';
import { checkedBy, explorerLimits, recipeWorld } from './recipe-world';

/** What is the same for every cell of an exploration. */
export interface Exploration {
  readonly arena: Arena;
  readonly recipe: SagaRecipe;
  readonly steps: readonly ExploredStep[];
  readonly turn: ExploredStep;
  /** How long an undisturbed run took, milliseconds. */
  readonly calmMs: number;
  readonly seed: number;
}

/** What became of one cell; red when there is a problem. */
export interface CellResult {
  readonly cell: Cell;
  readonly outcome: string;
  readonly problems: readonly string[];
  /** Where the saga waited for a person, who told it to try again. */
  readonly parked: readonly string[];
  readonly workflowId: string;
  readonly durationMs: number;
}

const operator = 'olga';
const retriesMax = 8;
const pollMs = 250;

interface Run {
  readonly cell: Cell;
  readonly saga: StartedSaga;
  readonly parked: string[];
}

/** Runs one saga under one fault to its end, and says what is wrong with that end. */
export async function runCell(exploration: Exploration, cell: Cell): Promise<CellResult> {
  const startedMs = performance.now();
  const { arena, recipe } = exploration;
  const name = `${cell.seed.toString(36)}-${randomUUID().slice(0, 8)}`;
  const workflowId = arena.workflowIdOf(recipe.saga, name);
  const parked: string[] = [];
  const result = (outcome: string, problems: readonly string[]): CellResult => {
    const durationMs = Math.round(performance.now() - startedMs);
    return { cell, outcome, problems, parked, workflowId, durationMs };
  };
  try {
    const world = recipeWorld(arena, name);
    const input = await recipe.prepare(world);
    writeFaultPlan(arena.faultDir, workflowId, planOf(cell, exploration.turn));
    const deadlineMs = deadlineOf(exploration, cell);
    const saga = await arena.start(recipe.saga, { workflowId, input, deadlineMs });
    const run = { cell, saga, parked };
    const outcome = await endOf(exploration, run, deadlineMs);
    const problems = await problemsOf(exploration, run, { input, outcome });
    const broken = await checkedBy(recipe, world, { input, outcome });
    return result(outcome, [...problems, ...broken]);
  } catch (error) {
    return result('unknown', [error instanceof Error ? error.message : String(error)]);
  } finally {
    // Nothing may be left waiting, however the cell went.
    releaseHeld(arena.faultDir, workflowId);
  }
}

/** Short where the saga has to run out of it, and yet long enough to come to the step. */
function deadlineOf({ calmMs }: Exploration, { fault, step, direction }: Cell): number {
  const isGivenUp = fault === 'paused' && direction === 'forward' && step.kind !== 'retriable';
  const isShort = fault === 'deadline' || isGivenUp;
  return isShort ? Math.max(8_000, 3 * calmMs) : explorerLimits.calmMs;
}

async function endOf(
  exploration: Exploration,
  run: Run,
  deadlineMs: number,
): Promise<ExploredOutcome> {
  const { arena } = exploration;
  const { workflowId } = run.saga;
  const deadlineAtMs = performance.now() + deadlineMs;
  const fault = run.cell.fault;
  let isDone = !['cancel', 'raw-cancel', 'terminate', 'deadline'].includes(fault);
  return until(`the end of ${run.cell.id}`, explorerLimits.endMs, async () => {
    const entry = await arena.journal(workflowId);
    if (entry?.status === 'finished') return entry.outcome as ExploredOutcome;
    if (!isDone && isHeld(arena, workflowId)) isDone = await interfere(arena, run, deadlineAtMs);
    if (entry?.status === 'parked') await repair(arena, run);
    await new Promise((resume) => setTimeout(resume, pollMs));
    return undefined;
  });
}

function isHeld(arena: Arena, workflowId: string): boolean {
  return happenedFaults(arena.faultDir, workflowId).some(({ index }) => index === 0);
}

/** Does to the saga, while its message is held, what the cell is about. True when that is done. */
async function interfere(arena: Arena, { cell, saga }: Run, deadlineAtMs: number) {
  const { workflowId, handle } = saga;
  switch (cell.fault) {
    case 'cancel':
      if ((await act(arena, workflowId, 'cancel', { reason: 'explored' })) === 'away') return false;
      break;
    case 'raw-cancel':
      await handle.cancel();
      break;
    case 'terminate':
      // Held until the recovery has ended the saga: what arrives then must find the door shut.
      await handle.terminate('explored');
      return true;
    default:
      if (performance.now() < deadlineAtMs + pollMs) return false;
  }
  releaseHeld(arena.faultDir, workflowId);
  return true;
}

/** One verb through the gateway. A refusal is no trouble, nor is a part that is away: it is looked at again. */
async function act(arena: Arena, workflowId: string, verb: string, body: Record<string, string>) {
  const token = await arena.api.token(operator);
  const path = `/sagas/${encodeURIComponent(workflowId)}/${verb}`;
  const idempotencyKey = randomUUID();
  const answer = await arena.api.call(path, { token, body, idempotencyKey });
  if (answer.status === 401 || answer.status === 403 || answer.status === 400) {
    throw new Error(`${verb}: ${JSON.stringify(answer.body)}`);
  }
  if (answer.status < 300) return 'taken';
  return answer.status < 500 ? 'refused' : 'away';
}

/** What a person would do once the trouble is over: try the step again. */
async function repair(arena: Arena, { saga, parked, cell }: Run): Promise<void> {
  const view = await arena.view(saga);
  for (const { step, direction, condition, reason } of view?.parked ?? []) {
    if (condition === 'unsettled') continue;
    if (parked.length >= retriesMax) throw new Error(`${cell.id} parks again and again: ${reason}`);
    const told = await act(arena, saga.workflowId, 'retry', { step, reason: 'explored' });
    if (told === 'taken') {
      parked.push(`${step}/${direction}: ${reason}, ${condition}`);
    }
  }
}

async function problemsOf(
  exploration: Exploration,
  run: Run,
  { outcome }: { readonly input: Json; readonly outcome: ExploredOutcome },
): Promise<readonly string[]> {
  const { arena } = exploration;
  const { cell, saga } = run;
  releaseHeld(arena.faultDir, saga.workflowId);
  const happened = happenedFaults(arena.faultDir, saga.workflowId).filter((it) => it.index === 0);
  const expected = outcomeOf(cell);
  return [
    ...(happened.length > 0 ? [] : ['the fault was never met: nothing was tested']),
    ...(outcome === expected ? [] : [`I1: it ended as ${outcome}, and had to as ${expected}`]),
    ...(await lateProblems(arena, run, { outcome, happened })),
    ...(await rowProblems(exploration, saga.sagaId, outcome)),
  ];
}

/** I2: what went on after the saga's end must have changed nothing. */
async function lateProblems(
  arena: Arena,
  { cell, saga }: Run,
  { outcome, happened }: { outcome: ExploredOutcome; happened: readonly HappenedFault[] },
): Promise<readonly string[]> {
  if (happened.length === 0 || !(cell.fault === 'paused' || cell.fault === 'terminate')) return [];
  const late = await until(`the held message of ${cell.id}`, explorerLimits.writeMs, async () => {
    const all = happenedFaults(arena.faultDir, saga.workflowId);
    return all.find(({ index, afterwards }) => index === 0 && afterwards !== undefined);
  });
  const isUndone = outcome !== 'completed' && cell.direction === 'forward';
  return isUndone && late.afterwards === 'done'
    ? ['I2: the message that went on after the end took effect']
    : [];
}

/** I1 and I3 as the fences have it: every effect stands, or none does. */
async function rowProblems(
  { arena, steps }: Exploration,
  sagaId: string,
  outcome: ExploredOutcome,
): Promise<readonly string[]> {
  const participants = [...new Set(steps.map(({ participant }) => participant))];
  const found = await Promise.all(participants.map((name) => arena.rows(name, sagaId)));
  const rows = new Map(found.flat().map((row) => [row.step, row.state]));
  return steps.flatMap(({ name }) => {
    const state = rows.get(name) ?? 'absent';
    if (outcome === 'completed') {
      return state === 'done' ? [] : [`I1: "${name}" is ${state} in a saga that completed`];
    }
    return state === 'done' ? [`I1: "${name}" still stands in a saga that was undone`] : [];
  });
}
