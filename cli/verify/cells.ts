import { createHash } from 'node:crypto';
import type { StepKind } from '../../platform/kernel/step';
import type { PlannedFault } from '../../platform/runtime/fault-plan';
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
  readonly name: string;
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

/** More often than any step is tried. */
const always = 10_000;
const pauseMsMax = 40;

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

/** What the participants have to do for a cell; the cell's own fault comes first. */
export function planOf(cell: Cell, turn: ExploredStep): readonly PlannedFault[] {
  const { step, direction, fault, seed } = cell;
  const at = { step: step.name, kind: direction, pauseMs: seed % pauseMsMax } as const;
  const isGivenUp = direction === 'forward' && step.kind !== 'retriable';
  const rest: PlannedFault[] =
    isGivenUp && (fault === 'paused' || fault === 'deadline')
      ? [{ ...at, fault: 'error-before', times: always }]
      : [];
  const refused: PlannedFault[] =
    direction === 'undo'
      ? [
          {
            ...{ step: turn.name, kind: 'forward', fault: 'refusal', times: always },
            code: turn.refusal,
          },
        ]
      : [];
  return [{ ...at, ...firstFault(cell) }, ...rest, ...refused];
}

function firstFault({ fault, step }: Cell): Pick<PlannedFault, 'fault' | 'times' | 'code'> {
  switch (fault) {
    case 'refusal':
      return { fault, times: 1, code: step.refusal };
    case 'error-before':
    case 'undo-fails':
      return { fault, times: 2 };
    case 'late-success':
      return { fault: 'late', times: 1 };
    case 'error-after':
    case 'reply-lost':
    case 'duplicate':
    case 'killed':
    case 'poison':
      return { fault, times: 1 };
    default:
      return { fault: 'held', times: 1 };
  }
}

/** How a saga with this one fault must end, once a person has told every parked step to try again. */
export function outcomeOf({ step, direction, fault }: Cell): ExploredOutcome {
  if (direction === 'undo') return 'compensated';
  const { kind } = step;
  switch (fault) {
    case 'paused':
    case 'deadline':
    case 'terminate':
    case 'refusal':
      return kind === 'retriable' ? 'completed' : 'compensated';
    case 'poison':
      return kind === 'compensatable' ? 'compensated' : 'completed';
    case 'cancel':
    case 'raw-cancel':
      return kind === 'compensatable' ? 'cancelled' : 'completed';
    default:
      return 'completed';
  }
}
