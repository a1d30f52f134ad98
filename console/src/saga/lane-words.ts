import type { LogEvent } from '../gateway/answers';
import type { Saga, SagaStep } from '../gateway/saga-answers';
import { durationText } from '../parts/times';
import type { LaneSpan } from './lane-spans';

/** To do a step, or to undo it. */
export type Direction = 'forward' | 'undo';

interface Told {
  readonly saga: Saga;
  readonly events: readonly LogEvent[];
}

function lengthText({ fromMs, toMs, isOpen }: LaneSpan): string {
  return `${durationText(toMs - fromMs)}${isOpen ? ' so far' : ''}`;
}

/** One direction of a step, in words. */
export interface BarParts {
  readonly step: SagaStep;
  readonly direction: Direction;
  readonly status: string;
  readonly reason: string | undefined;
}

/** A bar in one sentence, for whoever does not see it. */
export function saysOf({ step, direction, status, reason }: BarParts, span: LaneSpan): string {
  const what = direction === 'undo' ? `undo of ${step.name}` : step.name;
  const kind = direction === 'forward' && step.kind === 'pivot' ? ', the pivot' : '';
  const parked = span.parkedFromMs === undefined ? '' : ', parked: it waits for a person';
  const why = reason === undefined ? '' : `, ${reason}`;
  return `${what}${kind}: ${status}${why}, ${lengthText(span)}${parked}`;
}

/** By convention a refusal that is recorded as a fact has such a name; else the reason of the turn is the step's. */
function wasRefused({ saga, events }: Told, step: SagaStep): boolean {
  const isFact = events.some(
    (event) =>
      event.step === step.name &&
      event.direction === 'forward' &&
      /\.(declined|refused)$/.test(event.type),
  );
  return isFact || (step.reason !== undefined && step.reason === saga.reason);
}

/** What became of each direction of a step: its record has one status and one reason, for whichever they are about. */
export function wordsOf(told: Told, step: SagaStep, isTurned: boolean) {
  const { status, reason } = step;
  if (!isTurned) return { forward: { status, reason }, undo: { status, reason: undefined } };
  const undone = step.leftInPlace === true ? 'left in place' : status;
  if (wasRefused(told, step))
    return { forward: { status: 'refused', reason }, undo: { status: undone, reason: undefined } };
  return { forward: { status: 'done', reason: undefined }, undo: { status: undone, reason } };
}
