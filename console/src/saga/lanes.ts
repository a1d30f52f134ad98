import type { LogEvent } from '../gateway/answers';
import type { Saga, SagaStep } from '../gateway/saga-answers';
import { spansOf } from './lane-spans';
import type { LaneSpan, Span, StepSpans } from './lane-spans';
import { saysOf, wordsOf } from './lane-words';
import type { BarParts, Direction } from './lane-words';
import { timeScaleOf } from './time-scale';
import type { TimeScale } from './time-scale';

/** A bar of a lane, in percent of the axis. */
export interface Bar {
  readonly step: string;
  readonly direction: Direction;
  readonly left: number;
  readonly width: number;
  /** Part of the axis from which it waits for a person. */
  readonly parkedLeft?: number;
  readonly isOpen: boolean;
  readonly isBeginGuessed: boolean;
  readonly span: LaneSpan;
  /** What it was in this direction; the status of a step is about the youngest thing that happened to it. */
  readonly status: string;
  /** Code that belongs to this direction. */
  readonly reason?: string;
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

function barOf(scale: TimeScale, parts: BarParts, span: LaneSpan | undefined): Bar | undefined {
  if (span === undefined) return undefined;
  const { step, direction, status, reason } = parts;
  const left = scale.at(span.fromMs);
  const parked = span.parkedFromMs === undefined ? {} : { parkedLeft: scale.at(span.parkedFromMs) };
  return {
    ...{ step: step.name, direction, status, left, width: scale.at(span.toMs) - left, ...parked },
    ...{ isOpen: span.isOpen, isBeginGuessed: span.isBeginGuessed, span },
    ...(reason === undefined ? {} : { reason }),
    says: saysOf(parts, span),
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

/** A bar of a parked step ends its active part where the parking began. */
function edgesOf(span: LaneSpan): readonly Span[] {
  const { fromMs, toMs, parkedFromMs } = span;
  if (parkedFromMs === undefined) return [span];
  return [
    { fromMs, toMs: parkedFromMs },
    { fromMs: parkedFromMs, toMs },
  ];
}

function rowOf(parts: LaneParts, scale: TimeScale, step: SagaStep, spans: StepSpans): LaneRow {
  const { forward, undo } = spans;
  const words = wordsOf(parts, step, undo !== undefined);
  const forwardBar = barOf(scale, { step, direction: 'forward', ...words.forward }, forward);
  const undoBar = barOf(scale, { step, direction: 'undo', ...words.undo }, undo);
  const isParked = parts.saga.parked?.some((place) => place.step === step.name) === true;
  return {
    ...{ step, isPivot: step.kind === 'pivot', isParked },
    ...(forwardBar && { forward: forwardBar }),
    ...(undoBar && { undo: undoBar }),
  };
}

/** Lays the steps of a saga out: forward above, compensation below, on one axis of time. */
export function lanesOf(parts: LaneParts): Lanes {
  const spans = spansOf(parts);
  const all = [...spans.values()].flatMap(({ forward, undo }) => [forward, undo]);
  const known = all.filter((span) => span !== undefined);
  const scale = timeScaleOf(known.flatMap(edgesOf), wholeOf(parts, known));
  const forward = (parts.saga.steps ?? []).map((step) =>
    rowOf(parts, scale, step, spans.get(step.name) ?? {}),
  );
  const pivot = forward.find(({ isPivot }) => isPivot)?.forward;
  return {
    ...{ scale, forward, undo: forward.filter(({ undo }) => undo !== undefined) },
    ...(pivot === undefined ? {} : { pivotAt: pivot.left }),
  };
}
