import type { PlannedFault } from '../../../platform/runtime/fault-plan';
import type { Cell, ExploredStep } from '../cells';
import { inRun } from '../family';

/** More often than any step is tried. */
const always = 10_000;
const pauseMsMax = 40;

/** What the participants have to do for a cell; the cell's own fault comes first. */
export function planOf(cell: Cell, turn: ExploredStep, run: string): readonly PlannedFault[] {
  const { step, direction, seed } = cell;
  const name = inRun(step.name, run);
  const at = { step: name, kind: direction, pauseMs: seed % pauseMsMax } as const;
  const rest = restOf(cell).map((one) => ({ ...at, ...one }));
  const refused: PlannedFault[] =
    direction === 'undo'
      ? [{ step: inRun(turn.name, run), kind: 'forward', ...refusalBy(turn), times: always }]
      : [];
  return [{ ...at, ...firstFault(cell) }, ...rest, ...refused];
}

/** What meets the attempts after the first: what is done to the saga must find it at this very step. */
function restOf({ step, direction, fault }: Cell): readonly Omit<PlannedFault, 'step' | 'kind'>[] {
  const isGivenUp = direction === 'forward' && step.kind !== 'retriable';
  if (fault === 'paused') return isGivenUp ? [{ fault: 'error-before', times: always }] : [];
  const isActedOn = ['cancel', 'raw-cancel', 'terminate'].includes(fault);
  return isActedOn ? [{ fault: 'held', times: always, untilReleased: true }] : [];
}

/** The same when the saga was terminated: a recovery's messages go through, what is held stays so. */
export function planAfterTermination(
  cell: Cell,
  turn: ExploredStep,
  run: string,
): readonly PlannedFault[] {
  return planOf(cell, turn, run).filter(({ untilReleased }) => untilReleased !== true);
}

function firstFault(cell: Cell): Pick<PlannedFault, 'fault' | 'times' | 'code' | 'untilReleased'> {
  const { fault, step } = cell;
  switch (fault) {
    case 'refusal':
      return { ...refusalBy(step), times: 1 };
    case 'error-before':
    case 'undo-fails':
      return { fault, times: 2 };
    case 'late-success':
      return { fault: 'late', times: 1 };
    case 'deadline':
      return { fault: 'reply-lost', times: always, untilReleased: true };
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

/** A refusal that only the explorer gives has a code of its own. */
function refusalBy({ refusal }: ExploredStep): Pick<PlannedFault, 'fault' | 'code'> {
  return { fault: 'refusal', code: refusal === '' ? 'EXPLORED' : refusal };
}
