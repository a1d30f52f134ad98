import type { LogEvent, LogRecord } from '../gateway/answers';

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
