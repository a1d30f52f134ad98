import { createHash } from 'node:crypto';
import { services } from '../../activities';
import type { StepKind } from '../../platform/kernel/step';
import type { ExploredOutcome } from '../../platform/saga/recipe';

/** Everything that happens to a step, in the order of the matrix. */
export const cellFaults = [
  'error-before',
  'error-after',
  'reply-lost',
  'late-success',
  'duplicate',
  'killed',
  'paused',
  'refusal',
  'poison',
  'undo-fails',
  'cancel',
  'raw-cancel',
  'deadline',
  'terminate',
] as const;

export type CellFault = (typeof cellFaults)[number];
export type Direction = 'forward' | 'undo';

/** A step as one undisturbed run of its saga showed it. */
export interface ExploredStep {
  /** As every run has it: see `family.ts`. */
  readonly name: string;
  /** It is a step of a child saga. */
  readonly ofChild: boolean;
  readonly kind: StepKind;
  readonly participant: string;
  /** A code its command may refuse with; empty where the contract lists none. */
  readonly refusal: string;
}

/** One fault at one step in one direction. */
export interface Cell {
  /** `<step>/<direction>/<fault>`: what `--only` takes. */
  readonly id: string;
  readonly step: ExploredStep;
  readonly direction: Direction;
  readonly fault: CellFault;
  readonly seed: number;
}

/** A code the command may refuse with, out of its closed list; empty where it has none. */
export function refusalOf(participant: string, command: string): string {
  const found = services.find(({ name }) => name === participant)?.commands[command];
  return found !== undefined && 'refusals' in found ? (found.refusals[0] ?? '') : '';
}

/** True for participants that have a database of their own: steps of people and of other sagas have none. */
export function isService(participant: string): boolean {
  return services.some(({ name }) => name === participant);
}

/** A number of 32 bits that depends on both arguments alone. */
export function seedOf(seed: number, name: string): number {
  return createHash('sha256').update(`${seed}/${name}`).digest().readUInt32BE(0);
}

/** Every cell of a saga: forward at each step, and backward at each that can be undone. */
export function cellsOf(steps: readonly ExploredStep[], seed: number): readonly Cell[] {
  return steps.flatMap((step) =>
    (['forward', 'undo'] as const).flatMap((direction) =>
      cellFaults
        .filter((fault) => isPossible(step, direction, fault))
        .map((fault) => {
          const id = `${step.name}/${direction}/${fault}`;
          return { id, step, direction, fault, seed: seedOf(seed, id) };
        }),
    ),
  );
}

/** Whether there is such a cell: an undo has no refusals, and only it can be impossible. */
export function isPossible(step: ExploredStep, direction: Direction, fault: CellFault): boolean {
  if (direction === 'undo') return step.kind === 'compensatable' && fault !== 'refusal';
  if (fault === 'refusal') return step.refusal !== '';
  return fault !== 'undo-fails';
}

/** The first `size` cells of an order that the seeds alone decide. */
export function sampleOf(cells: readonly Cell[], size: number): readonly Cell[] {
  return [...cells].sort((one, other) => one.seed - other.seed).slice(0, size);
}

/** The step whose refusal turns the saga back with everything before it done: the pivot, or else the last one. */
export function turningStep(steps: readonly ExploredStep[]): ExploredStep | undefined {
  return steps.find(({ kind }) => kind === 'pivot') ?? steps.at(-1);
}

/**
 * How a saga with this one fault must end, once a person has told every parked step to try again. A pivot that was
 * paused is settled as not done, one whose replies were lost until the deadline as done.
 */
export function outcomeOf({ step, direction, fault }: Cell): ExploredOutcome {
  if (direction === 'undo') return 'compensated';
  const { kind } = step;
  switch (fault) {
    case 'paused':
    case 'terminate':
    case 'refusal':
      return kind === 'retriable' ? 'completed' : 'compensated';
    case 'deadline':
    case 'poison':
      return kind === 'compensatable' ? 'compensated' : 'completed';
    case 'cancel':
    case 'raw-cancel':
      return kind === 'compensatable' ? 'cancelled' : 'completed';
    default:
      return 'completed';
  }
}

/** The statuses in which Temporal may show a saga that ended so: a refusal is no failure, a fault is one. */
export function statusesOf(
  { direction, fault, step }: Cell,
  outcome: ExploredOutcome,
): readonly string[] {
  if (outcome === 'completed') return ['COMPLETED'];
  if (outcome === 'cancelled') return ['CANCELLED'];
  // Whatever a child goes back for is a refusal to its parent, unless the parent's own time is over first.
  if (step.ofChild) return ['COMPLETED', 'FAILED'];
  // Backward it is turned by a refusal, unless the deadline comes first.
  if (direction === 'undo' && fault === 'deadline') return ['COMPLETED', 'FAILED'];
  const isRefused = fault === 'refusal' || (direction === 'undo' && fault !== 'terminate');
  return isRefused ? ['COMPLETED'] : ['FAILED'];
}
