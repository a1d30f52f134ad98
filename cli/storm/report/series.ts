import type { Evidence } from '../judge/evidence';
import { loggedAs } from '../judge/evidence';
import type { Diary } from '../load/ticket';

/** What one second of a storm looked like. */
export interface Second {
  /** Since the first, seconds. */
  readonly atS: number;
  /** Sagas that had started and not ended. */
  readonly open: number;
  /** Events that were committed and not in the log. */
  readonly unsent: number;
  /** Slowest request for a saga that was taken in this second, from its first try, milliseconds; 0 without one. */
  readonly takenMs: number;
  /** Slowest saga that ended in this second, from its start, milliseconds; 0 without one. */
  readonly endedMs: number;
}

/** The storm as journal, tables and log remember it; exact, since nobody had to watch. */
export interface Series {
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly seconds: readonly Second[];
  /** When sagas ended, ascending, milliseconds since 1970. */
  readonly ends: readonly number[];
  /** From start to end, ascending, milliseconds. */
  readonly durations: readonly number[];
  /** From the first try to "taken", ascending, milliseconds. */
  readonly waits: readonly number[];
}

interface Span {
  readonly from: number;
  /** Absent for what never ended. */
  readonly to?: number;
}

/** Draws backlog and latency of each second out of what was recorded. */
export function seriesOf(
  evidence: Pick<Evidence, 'events' | 'logged'>,
  { tickets }: Pick<Diary, 'tickets'>,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Series {
  const sagas = sagaSpans(evidence);
  const sent = evidence.events.map((event): Span => {
    const to = evidence.logged.get(loggedAs(event));
    return { from: Date.parse(event.time), ...(to === undefined ? {} : { to }) };
  });
  const length = Math.max(1, Math.ceil((toMs - fromMs) / 1_000));
  const [open, unsent] = [standing(sagas, fromMs, length), standing(sent, fromMs, length)];
  const takes = tickets.map(({ askedAt, takenAt }) => ({ from: askedAt, to: takenAt }));
  const [taken, ended] = [slowest(takes, fromMs, length), slowest(sagas, fromMs, length)];
  const seconds = Array.from({ length }, (_, atS) => {
    const [takenMs, endedMs] = [taken[atS] ?? 0, ended[atS] ?? 0];
    return { atS, open: open[atS] ?? 0, unsent: unsent[atS] ?? 0, takenMs, endedMs };
  });
  const closed = sagas.filter((span): span is Required<Span> => span.to !== undefined);
  return {
    ...{ fromMs, seconds },
    ends: ascending(closed.map(({ to }) => to)),
    durations: ascending(closed.map(({ from, to }) => to - from)),
    waits: ascending(takes.map(({ from, to }) => to - from)),
  };
}

const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b);

/** From `saga.started` to `saga.finished`. */
function sagaSpans({ events }: Pick<Evidence, 'events'>): readonly Span[] {
  const started = new Map<string, number>();
  const finished = new Map<string, number>();
  for (const { service, type, aggregateId, time } of events) {
    if (service !== 'sagas') continue;
    if (type === 'saga.started') started.set(aggregateId, Date.parse(time));
    if (type === 'saga.finished') finished.set(aggregateId, Date.parse(time));
  }
  return [...started].map(([id, from]) => {
    const to = finished.get(id);
    return { from, ...(to === undefined ? {} : { to }) };
  });
}

/** How many spans cover the end of each second. */
function standing(spans: readonly Span[], fromMs: number, length: number): readonly number[] {
  const changes = new Array<number>(length + 1).fill(0);
  const secondOf = (ms: number) => Math.min(length, Math.max(0, Math.floor((ms - fromMs) / 1_000)));
  for (const { from, to } of spans) {
    changes[secondOf(from)]! += 1;
    if (to !== undefined) changes[secondOf(to)]! -= 1;
  }
  let sum = 0;
  return changes.slice(0, length).map((change) => (sum += change));
}

function slowest(spans: readonly Span[], fromMs: number, length: number): readonly number[] {
  const slow = new Array<number>(length).fill(0);
  for (const { from, to } of spans) {
    if (to === undefined) continue;
    const second = Math.floor((to - fromMs) / 1_000);
    if (second >= 0 && second < length) slow[second] = Math.max(slow[second] ?? 0, to - from);
  }
  return slow;
}

/** The value below which that share of ascending values is; 0 without any. */
export function quantile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}
