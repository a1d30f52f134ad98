import { AsyncLocalStorage } from 'node:async_hooks';
import type { LogData } from './log';

const present = new AsyncLocalStorage<LogData>();

/** Does the work with these fields on every line that it logs, whichever log it uses; a line's own fields win. */
export function withLogContext<Result>(data: LogData, work: () => Result): Result {
  return present.run({ ...present.getStore(), ...data }, work);
}

/** What the work at hand puts on every line of a log. */
export function logContext(): LogData {
  return present.getStore() ?? {};
}
