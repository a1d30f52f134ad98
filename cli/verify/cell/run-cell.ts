import { randomUUID } from 'node:crypto';
import { happenedFaults, releaseHeld, writeFaultPlan } from '../../../platform/runtime/fault-plan';
import type { ExploredOutcome, SagaRecipe } from '../../../platform/saga/recipe';
import { until } from '../../up/api-client';
import type { Arena, StartedSaga } from '../arena';
import type { Cell, ExploredStep } from '../cells';
import { familyOf } from '../family';
import { checkedBy, explorerLimits, recipeWorld } from '../recipe-world';
import { problemsOf } from './checks';
import { interfere, repair } from './hands';
import { planOf } from './plan';

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
  /** The same and the workflow ids of its children. */
  readonly family: readonly string[];
  readonly durationMs: number;
}

/** One saga of a cell. */
export interface Run {
  readonly cell: Cell;
  /** What everything in this run is named after. */
  readonly name: string;
  readonly saga: StartedSaga;
  /** Saga ids by workflow id: this saga, and every child that was seen. */
  readonly family: Map<string, string>;
  readonly parked: string[];
}

const pollMs = 250;
const shortMsMin = 8_000;
/** A machine that is busy with other things gets this much more time to come to the step before the deadline. */
const stretchMax = 8;

/**
 * Runs one saga under one fault to its end, and says what is wrong with that end. A deadline that passed before the
 * step was reached has tested nothing: the cell is run anew with twice the time.
 */
export async function runCell(exploration: Exploration, cell: Cell): Promise<CellResult> {
  const { arena } = exploration;
  for (let stretch = 1; ; stretch *= 2) {
    const result = await runOnce(exploration, cell, stretch);
    const isMet = happenedFaults(arena.faultDir, result.workflowId).length > 0;
    if (isMet || !isShort(cell) || stretch >= stretchMax) return result;
  }
}

async function runOnce(exploration: Exploration, cell: Cell, stretch: number): Promise<CellResult> {
  const startedMs = performance.now();
  const { arena, recipe } = exploration;
  const name = `${cell.seed.toString(36)}-${randomUUID().slice(0, 8)}`;
  const workflowId = arena.workflowIdOf(recipe.saga, name);
  const parked: string[] = [];
  const family = new Map<string, string>();
  const result = (outcome: string, problems: readonly string[]): CellResult => {
    const durationMs = Math.round(performance.now() - startedMs);
    const known = [...family.keys()];
    return { cell, outcome, problems, parked, workflowId, family: known, durationMs };
  };
  try {
    const world = recipeWorld(arena, name);
    const input = await recipe.prepare(world);
    writeFaultPlan(arena.faultDir, workflowId, planOf(cell, exploration.turn, name));
    const deadlineMs = deadlineOf(exploration, cell) * stretch;
    const saga = await arena.start(recipe.saga, { workflowId, input, deadlineMs });
    family.set(workflowId, saga.sagaId);
    const run = { cell, name, saga, family, parked };
    const outcome = await endOf(exploration, run, deadlineMs);
    const problems = await problemsOf(exploration, run, outcome);
    const broken = await checkedBy(recipe, world, { input, outcome });
    return result(outcome, [...problems, ...broken]);
  } catch (error) {
    return result('unknown', [error instanceof Error ? error.message : String(error)]);
  } finally {
    // Nothing may be left waiting, however the cell went.
    releaseHeld(arena.faultDir, workflowId);
  }
}

/** The cell needs a saga that runs out of its time. */
function isShort({ fault, step, direction }: Cell): boolean {
  const isGivenUp = fault === 'paused' && direction === 'forward' && step.kind !== 'retriable';
  return fault === 'deadline' || isGivenUp;
}

/** Short where the saga has to run out of it, and yet long enough to come to the step. */
function deadlineOf({ calmMs }: Exploration, cell: Cell): number {
  return isShort(cell) ? Math.max(shortMsMin, 3 * calmMs) : explorerLimits.calmMs;
}

async function endOf(
  exploration: Exploration,
  run: Run,
  deadlineMs: number,
): Promise<ExploredOutcome> {
  const { arena, steps } = exploration;
  const hasChildren = steps.some(({ ofChild }) => ofChild);
  const { workflowId } = run.saga;
  const deadlineAtMs = performance.now() + deadlineMs + pollMs;
  const { fault } = run.cell;
  let isDone = !['cancel', 'raw-cancel', 'terminate', 'deadline'].includes(fault);
  const isMet = () => happenedFaults(arena.faultDir, workflowId).some(({ index }) => index === 0);
  return until(`the end of ${run.cell.id}`, explorerLimits.endMs, async () => {
    const entry = await arena.journal(workflowId);
    if (entry?.status === 'finished') return entry.outcome as ExploredOutcome;
    if (!isDone && isMet()) isDone = await interfere(exploration, run, deadlineAtMs);
    if (hasChildren || entry?.status === 'parked') await lookAfter(arena, run);
    await new Promise((resume) => setTimeout(resume, pollMs));
    return undefined;
  });
}

/** Notes the children that there are by now, and repairs whatever is parked. */
async function lookAfter(arena: Arena, run: Run): Promise<void> {
  for (const member of await familyOf(arena, run.saga)) {
    run.family.set(member.workflowId, member.sagaId);
    await repair(arena, run, member);
  }
}
