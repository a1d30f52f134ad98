import { InvalidArgumentError } from 'commander';
import { instantMs } from '../platform/kernel/instant';

/** Parser of an option that is a time, to milliseconds since 1970. */
export function instant(text: string): number {
  const ms = instantMs(text);
  if (ms !== undefined && !Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError('a time such as 2026-11-26T20:00:00Z is expected.');
}
