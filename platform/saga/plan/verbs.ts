import { sagaLimits } from '../limits';

/** Reason of a saga that parks before a step because its history grows too long. */
export const historyLimit = 'HISTORY_LIMIT';

/**
 * Whether a saga waits for a person before it starts another step: at its limits Temporal would end it, with nothing
 * left for the way back. `own` are lower bounds that the saga gives itself.
 */
export function isHistoryLong(
  { historyLength, historySize }: { readonly historyLength: number; readonly historySize: number },
  own: { readonly historyEventsMax?: number; readonly historyBytesMax?: number },
): boolean {
  const { historyEventsMax, historyBytesMax } = sagaLimits;
  const isAbove = (value: number, max: number, ownMax = max) => value >= Math.min(ownMax, max);
  return (
    isAbove(historyLength, historyEventsMax, own.historyEventsMax) ||
    isAbove(historySize, historyBytesMax, own.historyBytesMax)
  );
}
