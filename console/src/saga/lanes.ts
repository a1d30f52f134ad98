import type { LogEvent } from '../gateway/answers';
import type { Saga, SagaStep } from '../gateway/saga-answers';
import { durationText } from '../parts/times';
import { spansOf } from './lane-spans';
import type { LaneSpan } from './lane-spans';
import { timeScaleOf } from './time-scale';
import type { TimeScale } from './time-scale';

/** A bar of a lane, in percent of the axis. */
export interface Bar {
  readonly step: string;
  readonly direction: 'forward' | 'undo';
  readonly left: number;
  readonly width: number;
  /** Part of the axis from which it waits for a person. */
  readonly parkedLeft?: number;
  readonly isOpen: boolean;
  readonly isBeginGuessed: boolean;
  readonly span: LaneSpan;
  /** In one sentence, for whoever does not see the bar. */
  readonly says: string;
}

/** A step: its bar in the forward lane, and the one below it in the lane of compensation. */
export interface LaneRow {
  readonly step: SagaStep;
  readonly isPivot: boolean;
  readonly isParked: boolean;
  readonly forward?: Bar;
  readonly undo?: Bar;
}

export interface Lanes {
  readonly scale: TimeScale;
  /** In the order of the saga. */
  readonly forward: readonly LaneRow[];
  /** Those that were, or are being, undone, in the same order: the undo of the last is the first in time. */
  readonly undo: readonly LaneRow[];
  /** Percent of the axis at which the pivot was sent: from there on only forward. */
  readonly pivotAt?: number;
}

export interface LaneParts {
  readonly saga: Saga;
  readonly events: readonly LogEvent[];
  readonly nowMs: number;
}

function lengthText({ fromMs, toMs, isOpen }: LaneSpan): string {
  return `${durationText(toMs - fromMs)}${isOpen ? ' so far' : ''}`;
}

function saysOf(step: SagaStep, direction: Bar['direction'], span: LaneSpan): string {
  const what = direction === 'undo' ? `undo of ${step.name}` : step.name;
  const kind = direction === 'forward' && step.kind === 'pivot' ? ', the pivot' : '';
  const parked = span.parkedFromMs === undefined ? '' : ', parked: it waits for a person';
  const reason = step.reason === undefined ? '' : `, ${step.reason}`;
  return `${what}${kind}: ${statusIn(step, direction)}${reason}, ${lengthText(span)}${parked}`;
}

/** The status of a step is about the youngest thing that happened to it; the other lane shows what was before. */
export function statusIn(step: SagaStep, direction: Bar['direction']): string {
  if (direction === 'undo' && step.leftInPlace === true) return 'left in place';
  if (direction === 'undo') return step.status;
  return step.status === 'undone' || step.status === 'undoing' ? 'was done' : step.status;
}

function barOf(
  scale: TimeScale,
  { step, direction }: { readonly step: SagaStep; readonly direction: Bar['direction'] },
  span: LaneSpan | undefined,
): Bar | undefined {
  if (span === undefined) return undefined;
  const left = scale.at(span.fromMs);
  const parked = span.parkedFromMs === undefined ? {} : { parkedLeft: scale.at(span.parkedFromMs) };
  return {
    ...{ step: step.name, direction, left, width: scale.at(span.toMs) - left, ...parked },
    ...{ isOpen: span.isOpen, isBeginGuessed: span.isBeginGuessed, span },
    says: saysOf(step, direction, span),
  };
}

/** From the start of the saga to its end, or to now. */
function wholeOf({ saga, nowMs }: LaneParts, spans: readonly LaneSpan[]) {
  const startedMs = Date.parse(saga.startedAt ?? '');
  const begins = [...spans.map(({ fromMs }) => fromMs), startedMs].filter((at) => at > 0);
  const fromMs = begins.length === 0 ? nowMs : Math.min(...begins);
  const ends = spans.map(({ toMs }) => toMs);
  const end = Date.parse(saga.finishedAt ?? '') || (ends.length === 0 ? nowMs : 0);
  return { fromMs, toMs: Math.max(fromMs, end, ...ends) };
}

/** Lays the steps of a saga out: forward above, compensation below, on one axis of time. */
export function lanesOf(parts: LaneParts): Lanes {
  const { saga } = parts;
  const spans = spansOf(parts);
  const all = [...spans.values()].flatMap(({ forward, undo }) => [forward, undo]);
  const known = all.filter((span) => span !== undefined);
  const edges = known.flatMap((span) =>
    span.parkedFromMs === undefined
      ? [span]
      : [
          { fromMs: span.fromMs, toMs: span.parkedFromMs },
          { fromMs: span.parkedFromMs, toMs: span.toMs },
        ],
  );
  const scale = timeScaleOf(edges, wholeOf(parts, known));
  const parked = new Set(saga.parked?.map(({ step }) => step));
  const forward = (saga.steps ?? []).map((step): LaneRow => {
    const span = spans.get(step.name);
    const forwardBar = barOf(scale, { step, direction: 'forward' }, span?.forward);
    const undoBar = barOf(scale, { step, direction: 'undo' }, span?.undo);
    return {
      ...{ step, isPivot: step.kind === 'pivot', isParked: parked.has(step.name) },
      ...(forwardBar && { forward: forwardBar }),
      ...(undoBar && { undo: undoBar }),
    };
  });
  const pivot = forward.find(({ isPivot }) => isPivot)?.forward;
  return {
    ...{ scale, forward, undo: forward.filter(({ undo }) => undo !== undefined) },
    ...(pivot === undefined ? {} : { pivotAt: pivot.left }),
  };
}
