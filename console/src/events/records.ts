import type { LogEvent, Unreadable } from '../gateway/answers';

/** Records of the log: those that are events, and those that nobody can read. */
export function sorted(records: readonly (LogEvent | Unreadable)[]): {
  readonly events: readonly LogEvent[];
  readonly unreadable: readonly Unreadable[];
} {
  const isEvent = (one: LogEvent | Unreadable): one is LogEvent => 'type' in one;
  return {
    events: records.filter(isEvent),
    unreadable: records.filter((one): one is Unreadable => !isEvent(one)),
  };
}
