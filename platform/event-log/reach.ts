import { consumerLimits } from './kafka/consumer';
import type { LogMessage } from './ports';
import { relayLimits } from './relay/options';

/**
 * How far behind the record at which a reader stops for want of an event that event may stand and still be found: what
 * one fetch holds, less the batch the record is in and the one the event is in. Appended within it, a missing
 * event closes its gap for every reader; beyond it for none.
 */
export const gapReachBytes = consumerLimits.fetchBytesMax - relayLimits.batchBytesMax - 64_000;

/** Room a message takes in the log beside its texts, rather too much than too little. */
const recordOverheadBytes = 32;
const headerOverheadBytes = 8;

/** About how many bytes a message takes in the log; never less than it does. */
export function messageBytes({ key, value, headers }: LogMessage): number {
  const texts = [key, value, ...Object.entries(headers).flat()];
  const overhead = recordOverheadBytes + headerOverheadBytes * Object.keys(headers).length;
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), overhead);
}
