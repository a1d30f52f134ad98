import { randomUUID } from 'node:crypto';
import type { SagaRecipe } from '../../platform/saga/recipe';
import { auditWorld } from '../up/audit';
import { until } from '../up/api-client';
import type { Arena, StartedSaga } from './arena';
import { cellsOf, isService, refusalOf, sampleOf, turningStep } from './cells';
import type { Cell, ExploredStep } from './cells';
import { checkedBy, explorerLimits, recipeWorld } from './recipe-world';
import { anyRun, familyOf } from './family';
import { replayProblems } from './replay';
import { runCell } from './cell/run-cell';
import type { CellResult, Exploration } from './cell/run-cell';
import { countedProblems } from './counted';

export interface ExploreOptions {
  readonly recipe: SagaRecipe;
  readonly seed: number;
  /** Id of the one cell to run. */
  readonly only?: string;
  /** How many cells, chosen by the seed; without it all of them. */
  readonly sample?: number;
  /** Sagas at work at the same time. */
  readonly atOnce: number;
  /** The bundle that the orchestrator runs, for replaying what was recorded. */
  readonly bundleFile: string;
  readonly onCell: (result: CellResult, done: number, total: number) => void;
}

/** What an exploration found. */
export interface Explored {
  readonly saga: string;
  readonly seed: number;
  readonly steps: readonly ExploredStep[];
  readonly results: readonly CellResult[];
  /** Violations over everything together: events, read models, identities of services, histories. */
  readonly violations: readonly string[];
  readonly durationMs: number;
}

/** Thrown for a request that names nothing there is. */
export class ExploreError extends Error {
  readonly exitCode = 2;

  constructor(
    readonly code: string,
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
}

/** Learns a saga's steps by running it, runs it once per cell, and counts everything afterwards. */
export async function explore(arena: Arena, options: ExploreOptions): Promise<Explored> {
  const startedMs = performance.now();
  const { recipe, seed } = options;
  const exploration = await learn(arena, recipe, seed);
  const cells = chosen(exploration, options);
  const results: CellResult[] = [];
  const run = async (cell: Cell) => {
    const result = await runCell(exploration, cell);
    results.push(result);
    options.onCell(result, results.length, cells.length);
  };
  // A killed process takes the messages of all others along: these come one by one, when nothing else runs.
  await inLanes(options.atOnce, without(cells, 'killed'), run);
  await inLanes(1, only(cells, 'killed'), run);
  const audit = await auditWorld({ stack: arena });
  const replayed = await replayProblems(arena, options.bundleFile, results);
  const counted = await countedProblems(arena, results);
  const audited = audit.violations.map((one) => `I5: ${JSON.stringify(one)}`);
  const violations = [...audited, ...counted, ...replayed];
  const durationMs = Math.round(performance.now() - startedMs);
  return { saga: recipe.saga, seed, steps: exploration.steps, results, violations, durationMs };
}

const only = (cells: readonly Cell[], fault: string) => cells.filter((it) => it.fault === fault);
const without = (cells: readonly Cell[], fault: string) => cells.filter((it) => it.fault !== fault);

async function inLanes<Item>(
  lanes: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function chosen({ steps, seed }: Exploration, options: ExploreOptions): readonly Cell[] {
  const cells = cellsOf(steps, seed);
  if (options.only === undefined) {
    return options.sample === undefined ? cells : sampleOf(cells, options.sample);
  }
  const found = cells.filter(({ id }) => id === options.only);
  if (found.length > 0) return found;
  const fix = `steps are ${steps.map(({ name }) => `"${name}"`).join(', ')}`;
  throw new ExploreError('CELL_UNKNOWN', `there is no cell ${options.only}`, fix);
}

/** One undisturbed run: which steps there are, how long it takes, and that the recipe works at all. */
async function learn(arena: Arena, recipe: SagaRecipe, seed: number): Promise<Exploration> {
  const name = `calm-${randomUUID().slice(0, 8)}`;
  const world = recipeWorld(arena, name);
  const input = await recipe.prepare(world);
  const workflowId = arena.workflowIdOf(recipe.saga, name);
  const startedMs = performance.now();
  const run = { workflowId, input, deadlineMs: explorerLimits.calmMs };
  const saga = await arena.start(recipe.saga, run);
  const outcome = await until('the undisturbed run', explorerLimits.endMs, async () => {
    return (await arena.journal(workflowId))?.outcome;
  });
  const calmMs = performance.now() - startedMs;
  if (outcome !== 'completed') {
    const fix = 'let prepare() answer a request that goes through, without an approval';
    throw new ExploreError('RECIPE_INCOMPLETE', `undisturbed, it ended as ${outcome}`, fix);
  }
  const broken = await checkedBy(recipe, world, { input, outcome });
  if (broken.length > 0) {
    const fix = 'correct check(), or the saga';
    throw new ExploreError('RECIPE_BROKEN', `undisturbed already: ${broken.join('; ')}`, fix);
  }
  const steps = await stepsOf(arena, saga, name);
  const turn = turningStep(steps);
  if (turn === undefined) throw new ExploreError('NO_STEPS', 'it has no steps', 'add one');
  return { arena, recipe, steps, turn, calmMs, seed };
}

/** The steps of the saga and of its children that a service works on. */
async function stepsOf(
  arena: Arena,
  saga: StartedSaga,
  run: string,
): Promise<readonly ExploredStep[]> {
  const family = await until(
    'the view of the undisturbed run',
    explorerLimits.writeMs,
    async () => {
      const found = await familyOf(arena, saga);
      return found.every(({ view }) => view !== undefined) ? found : undefined;
    },
  );
  return family.flatMap(({ view, workflowId }) =>
    (view?.steps ?? []).flatMap(({ name, kind, participant, command }) => {
      if (kind === 'approval' || !isService(participant)) return [];
      const refusal = refusalOf(participant, command);
      const ofChild = workflowId !== saga.workflowId;
      return [{ name: anyRun(name, run), ofChild, kind, participant, refusal }];
    }),
  );
}
