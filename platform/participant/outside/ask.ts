import { Fault } from '../../kernel/faults';
import type { Told } from '../fence-table';
import type { Errand, Outside } from './port';

/** Bounds of one question, milliseconds. */
export const askLimits = {
  /** Kept for the transaction that writes the answer down. */
  concludeMs: 1_500,
  /** With less than this left nothing is asked: the next attempt has more. */
  leftMsMin: 100,
  heartbeatMs: 1_000,
} as const;

/**
 * Asks the outside what an open row wants to know. In no transaction, within the rest of the attempt, and with a beat
 * of the heart each second. Throws `OUTSIDE_UNAVAILABLE` where there is no definite answer.
 */
export async function ask(
  outside: Pick<Outside, 'ask'> | undefined,
  errand: Errand,
  how: { readonly deadlineMs: number; readonly heartbeat?: (() => void) | undefined },
): Promise<Told> {
  if (outside === undefined) {
    throw new Fault('INVARIANT_BROKEN', 'a command calls the outside, and the service has none');
  }
  const timeoutMs = how.deadlineMs - performance.now() - askLimits.concludeMs;
  if (timeoutMs < askLimits.leftMsMin) {
    throw new Fault('OUTSIDE_UNAVAILABLE', 'no time is left in this attempt to ask the outside');
  }
  const beat = setInterval(() => how.heartbeat?.(), askLimits.heartbeatMs);
  try {
    const word = await outside.ask(errand, { timeoutMs });
    return { verb: errand.verb, key: errand.key, word };
  } finally {
    clearInterval(beat);
  }
}
