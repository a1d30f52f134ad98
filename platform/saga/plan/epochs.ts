import { epochOf } from '../../kernel/epoch';
import type { MessageKind } from '../../kernel/step';

/** What a saga counts per step within its generation: the number of the last message, and its kind. */
export interface EpochCounter {
  readonly n: number;
  readonly last: MessageKind | 'nothing';
}

/** A step no message was sent for. */
export const unsent: EpochCounter = { n: 0, last: 'nothing' };

/**
 * The counter after one more message of `kind`. An undo uses the epoch of the forward it follows; a forward after an
 * undo, and anything but the same settle after a settle, opens the next epoch, whether or not the settle was
 * answered.
 */
export function sent(counter: EpochCounter, kind: MessageKind): EpochCounter {
  const opensNext =
    (kind === 'forward' && (counter.last === 'undo' || counter.last === 'settle')) ||
    (kind === 'undo' && counter.last === 'settle');
  return { n: opensNext ? counter.n + 1 : counter.n, last: kind };
}

/** The epoch that the last message of a counter carries. */
export function epochOfCounter(generation: number, counter: EpochCounter): number {
  return epochOf(generation, counter.n);
}
