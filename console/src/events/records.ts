import type { LogEvent, LogRecord } from '../gateway/answers';

/** Events that a page about one saga or aggregate shows, and the most that the log is asked for at once. */
export const eventsShownMax = 200;

/** Says that there may be older ones, where as many came as were asked for. */
export function olderNote(count: number, filter: string): string | undefined {
  if (count < eventsShownMax) return undefined;
  return `Its youngest ${eventsShownMax} events: there may be older ones, which holdfast events ${filter} --limit 10000 shows.`;
}

/** Records of the log: those that are events, and those that nobody can read. */
export function sorted(records: readonly LogRecord[]): {
  readonly events: readonly LogEvent[];
  readonly unreadable: readonly LogRecord[];
} {
  const isUnreadable = ({ problem }: LogRecord): boolean => problem !== undefined;
  return {
    // Whatever can be read has every member of an event.
    events: records.filter((one) => !isUnreadable(one)) as unknown as LogEvent[],
    unreadable: records.filter(isUnreadable),
  };
}
