import type { Json } from '../kernel/json';
import type { StepKind } from '../kernel/step';
import type { SagaDefinition } from '../saga/define';
import { isWait } from '../saga/machine/state';
import { forwardFaults, runWithFaults, undoFaults } from './in-process/faulted-run';
import type { Cell } from './in-process/faulted-run';
import { habits } from './in-process/operator';
import type { Habit } from './in-process/operator';
import { InProcessWorld } from './in-process/world';

/** What to verify, and how. */
export interface PairsOptions {
  /** Input of the saga; must fit its contract. */
  readonly input: Json;
  /** Replays one run alone, by its name. */
  readonly only?: string;
  /** A sample: every so-manieth run. */
  readonly every?: number;
  /** Calls back after every run. */
  readonly onProgress?: (progress: { readonly done: number; readonly all: number }) => void;
}

/** A run in which a promise was broken. */
export interface PairViolation {
  /** Name of the run; `only` replays it. */
  readonly run: string;
  readonly problems: readonly string[];
  readonly story: readonly string[];
}

/** What the pairs showed; plain JSON. */
export interface PairsResult {
  readonly saga: string;
  readonly steps: readonly { readonly name: string; readonly kind: StepKind }[];
  readonly cells: number;
  readonly runs: number;
  /** How many runs ended how. */
  readonly outcomes: { readonly [outcome: string]: number };
  readonly violations: readonly PairViolation[];
  readonly durationMs: number;
}

interface PlannedRun {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly habit: Habit;
}

/**
 * Learns a saga's steps by running it, then runs it once per pair of faults, each with a person of another habit, and
 * once per single fault and habit. The engine and the fence are the real ones; participants, network and time are not.
 */
export async function verifyPairs(
  definition: SagaDefinition,
  { input, only, every = 1, onProgress }: PairsOptions,
): Promise<PairsResult> {
  const sinceMs = performance.now();
  const steps = await stepsOf(definition, input);
  const cells = steps.flatMap(cellsOf);
  const planned = plan(cells, steps).filter(({ name }, index) =>
    only === undefined ? index % every === 0 : name === only,
  );
  if (planned.length === 0) throw new Error(`no run is called "${only}"`);
  const outcomes: Record<string, number> = {};
  const violations: PairViolation[] = [];
  for (const [index, run] of planned.entries()) {
    const { problems, outcome, story } = await runWithFaults(definition, input, run);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (problems.length > 0) violations.push({ run: run.name, problems, story });
    onProgress?.({ done: index + 1, all: planned.length });
  }
  const durationMs = Math.round(performance.now() - sinceMs);
  const saga = definition.contract.name;
  const counts = { cells: cells.length, runs: planned.length };
  return { saga, steps, ...counts, outcomes, violations, durationMs };
}

/** The steps of a run without faults. */
async function stepsOf(definition: SagaDefinition, input: Json): Promise<PairsResult['steps']> {
  const world = await new InProcessWorld(definition, input).start();
  for (;;) {
    const posted = world.post();
    for (const outgoing of posted) await world.hear(outgoing, await world.deliver(outgoing));
    const waiting = world.saga.machine.steps.find(({ phase }) => phase === 'waiting');
    if (waiting !== undefined) await world.endWait(waiting.name, {});
    else if (posted.length === 0) break;
  }
  if (world.saga.ending?.outcome !== 'completed') {
    throw new Error(`without any fault the saga does not complete: ${world.story.join('; ')}`);
  }
  return world.saga.machine.steps.flatMap(({ name, kind }) =>
    isWait(kind) ? [] : [{ name, kind }],
  );
}

function cellsOf({ name: step, kind }: PairsResult['steps'][number]): Cell[] {
  const forward = forwardFaults.map((fault) => ({ step, direction: 'forward', fault }) as const);
  if (kind !== 'compensatable') return forward;
  return [...forward, ...undoFaults.map((fault) => ({ step, direction: 'undo', fault }) as const)];
}

/** Singles with every habit, and pairs with the habits in turn. */
function plan(cells: readonly Cell[], steps: PairsResult['steps']): PlannedRun[] {
  const runs = (chosen: readonly Cell[], habit: Habit): PlannedRun => {
    const name = `${chosen.map(nameOf).join(' + ')} (${habit})`;
    return { name, cells: [...chosen, ...turningBack(chosen, steps)], habit };
  };
  const singles = cells.flatMap((cell) => habits.map((habit) => runs([cell], habit)));
  const pairs = cells.flatMap((one, index) =>
    cells
      .slice(index + 1)
      .map((other, offset) => runs([one, other], habits[(index + offset) % habits.length]!)),
  );
  return [...singles, ...pairs];
}

function nameOf({ step, direction, fault }: Cell): string {
  return `${direction} ${step} ${fault}`;
}

/** An undo is only sent when something turns the saga back: the pivot is refused, after whatever else befalls it. */
function turningBack(chosen: readonly Cell[], steps: PairsResult['steps']): readonly Cell[] {
  if (!chosen.some(({ direction }) => direction === 'undo')) return [];
  const last =
    steps.find(({ kind }) => kind === 'pivot') ??
    steps.findLast(({ kind }) => kind === 'compensatable');
  if (last === undefined) return [];
  return [{ step: last.name, direction: 'forward', fault: 'is refused' }];
}
