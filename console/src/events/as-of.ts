import type { LogEvent } from '../gateway/answers';

type Members = Readonly<Record<string, unknown>>;

/** What the events of an aggregate have said up to one of them. */
export interface AsOf {
  readonly seq: number;
  readonly type: string;
  readonly time: string;
  /** The last value each member was told. */
  readonly said: Members;
  /** Of each member the number of the event that told it. */
  readonly toldBy: Readonly<Record<string, number>>;
}

function membersOf(data: unknown): Members {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Members) : {};
}

/** In the order of their numbers; the log may tell an event twice. */
export function inOrder(events: readonly LogEvent[]): readonly LogEvent[] {
  const byNumber = new Map(events.map((event) => [event.seq, event]));
  return [...byNumber.values()].sort((one, other) => one.seq - other.seq);
}

/**
 * Merges the members of an aggregate's events in order, up to and with the given number. This is not the service's own
 * state: what a fold derives from events is not in it. It is what was said by then. Undefined where there is no such
 * event.
 */
export function asOf(events: readonly LogEvent[], seq: number): AsOf | undefined {
  const until = inOrder(events).filter((event) => event.seq <= seq);
  const last = until.at(-1);
  if (last === undefined || last.seq !== seq) return undefined;
  let said: Members = {};
  let toldBy: Record<string, number> = {};
  for (const event of until) {
    const members = membersOf(event.data);
    said = { ...said, ...members };
    for (const name of Object.keys(members)) toldBy = { ...toldBy, [name]: event.seq };
  }
  return { seq, type: last.type, time: last.time, said, toldBy };
}

/** Numbers that are missing between the first and the last event: older ones than the answer holds are not. */
export function missingNumbers(events: readonly LogEvent[]): readonly number[] {
  const numbers = inOrder(events).map(({ seq }) => seq);
  const [first = 0] = numbers;
  const last = numbers.at(-1) ?? 0;
  const known = new Set(numbers);
  return Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index).filter(
    (seq) => !known.has(seq),
  );
}
