import type { LogEvent } from '../gateway/answers';
import type { ParkedPlace, Saga, SagaStep } from '../gateway/saga-answers';

/** A stretch of time, milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is drawn of one direction of a step. */
export interface LaneSpan extends Span {
  /** It is still under way, so its end is now. */
  readonly isOpen: boolean;
  /** It waits for a person from this moment to its end. */
  readonly parkedFromMs?: number;
  /** No record tells when it began; it is drawn from the end of what came before it. */
  readonly isBeginGuessed: boolean;
}

export interface StepSpans {
  readonly forward?: LaneSpan;
  readonly undo?: LaneSpan;
}

interface SpanParts {
  readonly saga: Saga;
  readonly events: readonly LogEvent[];
  readonly nowMs: number;
}

type Direction = 'forward' | 'undo';

/** Times of one step's events in one direction; those of a lower epoch count as well: it was at work then. */
function seenOf(events: readonly LogEvent[], step: string, direction: Direction): Span | undefined {
  const times = events
    .filter((event) => event.step === step && (event.direction ?? 'forward') === direction)
    .map(({ time }) => Date.parse(time));
  if (times.length === 0) return undefined;
  return { fromMs: Math.min(...times), toMs: Math.max(...times) };
}

function ms(time: string | undefined): number | undefined {
  const value = Date.parse(time ?? '');
  return Number.isNaN(value) ? undefined : value;
}

const turnedBack = new Set(['undone', 'undoing']);

function isUndoSeen(step: SagaStep, place: ParkedPlace | undefined, seen: Span | undefined) {
  return (
    seen !== undefined ||
    turnedBack.has(step.status) ||
    place?.direction === 'undo' ||
    step.leftInPlace === true
  );
}

/** Where the record of an undone step no longer tells when it was done: it ended before the next step began. */
function guessedEnd(steps: readonly SagaStep[], step: SagaStep, fromMs: number): number {
  const later = steps.map(({ startedAt }) => ms(startedAt)).filter((at) => at !== undefined);
  const next = later.filter((at) => at > fromMs);
  return next.length === 0 || step.startedAt === undefined ? fromMs : Math.min(...next);
}

function forwardOf(parts: SpanParts, step: SagaStep): LaneSpan | undefined {
  const { saga, events, nowMs } = parts;
  const { steps = [], parked = [] } = saga;
  const place = parked.find((one) => one.step === step.name);
  const seen = seenOf(events, step.name, 'forward');
  const fromMs = ms(step.startedAt) ?? seen?.fromMs;
  if (fromMs === undefined) return undefined;
  const plain = { fromMs, isBeginGuessed: false };
  if (isUndoSeen(step, place, seenOf(events, step.name, 'undo'))) {
    return { ...plain, toMs: seen?.toMs ?? guessedEnd(steps, step, fromMs), isOpen: false };
  }
  const parkedFromMs = ms(place?.since);
  const isParked = parkedFromMs === undefined ? {} : { parkedFromMs };
  const endMs = ms(step.finishedAt) ?? (saga.finishedAt === undefined ? undefined : seen?.toMs);
  const isOpen = endMs === undefined || parkedFromMs !== undefined;
  return { ...plain, ...isParked, toMs: isOpen ? Math.max(nowMs, fromMs) : endMs, isOpen };
}

/** When the undo of a step was over, or came to stand still; undefined while it is under way. */
function undoEnd(parts: SpanParts, step: SagaStep): number | undefined {
  const seen = seenOf(parts.events, step.name, 'undo');
  const place = parts.saga.parked?.find((one) => one.step === step.name);
  if (place?.direction === 'undo') return ms(place.since);
  if (step.status === 'undoing') return undefined;
  return Math.max(ms(step.finishedAt) ?? 0, seen?.toMs ?? 0) || undefined;
}

interface Undo {
  readonly step: SagaStep;
  readonly endMs: number | undefined;
}

function undoSpan(parts: SpanParts, { step, endMs }: Undo, fromMs: number): LaneSpan {
  const { saga, nowMs } = parts;
  const isParked = saga.parked?.some((one) => one.step === step.name && one.direction === 'undo');
  const end = endMs ?? Math.max(nowMs, fromMs);
  const plain = { fromMs: Math.min(fromMs, end), isBeginGuessed: true };
  if (isParked !== true) return { ...plain, toMs: end, isOpen: endMs === undefined };
  return { ...plain, toMs: Math.max(nowMs, end), isOpen: true, parkedFromMs: end };
}

/**
 * Undos run one after the other from the youngest step to the oldest, those of branches side by side. Only their ends
 * are recorded, so each is drawn from the end of the one before it, the first from the last that was done forward.
 */
function undosOf(parts: SpanParts, forwards: ReadonlyMap<string, LaneSpan>) {
  const undos = (parts.saga.steps ?? [])
    .filter((step) => {
      const place = parts.saga.parked?.find((one) => one.step === step.name);
      return isUndoSeen(step, place, seenOf(parts.events, step.name, 'undo'));
    })
    .map((step): Undo => ({ step, endMs: undoEnd(parts, step) }))
    .sort((one, other) => (one.endMs ?? Infinity) - (other.endMs ?? Infinity));
  const firstEnd = undos[0]?.endMs ?? parts.nowMs;
  const done = [...forwards.values()].map(({ toMs }) => toMs).filter((toMs) => toMs <= firstEnd);
  let atMs = done.length === 0 ? firstEnd : Math.max(...done);
  const spans = new Map<string, LaneSpan>();
  for (const undo of undos) {
    spans.set(undo.step.name, undoSpan(parts, undo, atMs));
    atMs = undo.endMs ?? atMs;
  }
  return spans;
}

/** When each step was at work, forward and back, as far as its saga and the log tell. */
export function spansOf(parts: SpanParts): ReadonlyMap<string, StepSpans> {
  const steps = parts.saga.steps ?? [];
  const forwards = new Map<string, LaneSpan>();
  for (const step of steps) {
    const forward = forwardOf(parts, step);
    if (forward !== undefined) forwards.set(step.name, forward);
  }
  const undos = undosOf(parts, forwards);
  return new Map(
    steps.map(({ name }) => {
      const [forward, undo] = [forwards.get(name), undos.get(name)];
      return [name, { ...(forward && { forward }), ...(undo && { undo }) }];
    }),
  );
}
