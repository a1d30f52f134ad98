import type { Json } from '../kernel/json';
import type { StepKind } from '../kernel/step';
import type { SagaDefinition } from '../saga/define';
import { isWait } from '../saga/machine/state';
import { forwardFaults, runWithFaults, undoFaults } from './in-process/faulted-run';
import type { Cell } from './in-process/faulted-run';
import { habits } from './in-process/operator';
import type { Habit } from './in-process/operator';
import { InProcessWorld } from './in-process/world';
import type { ScriptedAnswers } from './in-process/world';

export type { ScriptedAnswers } from './in-process/world';

/** What to verify, and how. */
export interface PairsOptions {
  /** Input of the saga; must fit its contract. */
  readonly input: Json;
  /** Replays one run alone, by its name. */
  readonly only?: string;
  /** A sample: every so-manieth run. */
  readonly every?: number;
  /** The same by number: about so many runs, at equal distances. */
  readonly sample?: number;
  /** What commands answer; without it, and where it answers nothing, an empty object. */
  readonly answers?: ScriptedAnswers;
  /** Calls back after every run. */
  readonly onProgress?: (progress: { readonly done: number; readonly all: number }) => void;
  /** Told every line of every run, for a replay. */
  readonly onStory?: (line: string) => void;
}

/** Thrown for a run there is not, and for a saga that does not complete without any fault. */
export class PairsError extends Error {
  constructor(
    readonly code: 'RUN_UNKNOWN' | 'SAGA_INCOMPLETE',
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }
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
  options: PairsOptions,
): Promise<PairsResult> {
  const { input, answers, onProgress, onStory } = options;
  const sinceMs = performance.now();
  const steps = await stepsOf(definition, options);
  const cells = steps.flatMap(cellsOf);
  const planned = chosen(plan(cells, steps), options);
  const outcomes: Record<string, number> = {};
  const violations: PairViolation[] = [];
  for (const [index, run] of planned.entries()) {
    const how = answers === undefined ? run : { ...run, answers };
    const { problems, outcome, story } = await runWithFaults(definition, input, how);
    if (onStory !== undefined) story.forEach(onStory);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (problems.length > 0) violations.push({ run: run.name, problems, story });
    onProgress?.({ done: index + 1, all: planned.length });
  }
  const durationMs = Math.round(performance.now() - sinceMs);
  const saga = definition.contract.name;
  const counts = { cells: cells.length, runs: planned.length };
  return { saga, steps, ...counts, outcomes, violations, durationMs };
}

function chosen(
  all: readonly PlannedRun[],
  { only, sample = all.length, every = Math.max(1, Math.ceil(all.length / sample)) }: PairsOptions,
): readonly PlannedRun[] {
  if (only === undefined) return all.filter((_run, index) => index % every === 0);
  const found = all.filter(({ name }) => name === only);
  if (found.length > 0) return found;
  const fix = `take a name from the violations, for example "${all[0]?.name ?? ''}"`;
  throw new PairsError('RUN_UNKNOWN', `no run is called "${only}"`, fix);
}

/** The steps of a run without faults. */
async function stepsOf(
  definition: SagaDefinition,
  { input, answers }: PairsOptions,
): Promise<PairsResult['steps']> {
  const world = await new InProcessWorld(definition, input, answers).start();
  for (;;) {
    const posted = world.post();
    for (const outgoing of posted) await world.hear(outgoing, await world.deliver(outgoing));
    const waiting = world.saga.machine.steps.find(({ phase }) => phase === 'waiting');
    if (waiting !== undefined) await world.endWait(waiting.name, {});
    else if (posted.length === 0) break;
  }
  if (world.saga.ending?.outcome !== 'completed') {
    const story = world.story.join('; ');
    const fix = 'choose an input with which it completes, or script the answers it needs';
    throw new PairsError(
      'SAGA_INCOMPLETE',
      `without any fault it does not complete: ${story}`,
      fix,
    );
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
