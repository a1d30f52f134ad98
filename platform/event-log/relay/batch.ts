import type { StoredEvent } from '../../outbox/ports';

/** How much one send may carry. */
export interface BatchLimits {
  readonly batchSizeMax: number;
  /** Bytes of payloads and ids; below the broker's limit for one message set with room for headers. */
  readonly batchBytesMax: number;
}

/** What to do with the pending events of a slot. */
export interface BatchPlan {
  /** To be sent in this order: runs of aggregates without a hole, in fairness order. */
  readonly send: readonly StoredEvent[];
  /** Sent before in this tenure, and only not seen as marked: mark again, do not repeat. */
  readonly settled: readonly StoredEvent[];
  /** Events of parked aggregates among the pending ones; the next read must reach past them. */
  readonly heldBack: number;
  /** Events behind a number that was neither sent in this tenure nor is pending: somebody else has marked it. */
  readonly beyondHole: number;
}

/**
 * Chooses what to send from the pending events, oldest first. Of an aggregate it takes the events that continue what
 * was sent last, or from the first pending one on, and stops at the first hole: order per aggregate never depends on
 * the source showing everything at once.
 */
export function planBatch(
  pending: readonly StoredEvent[],
  sent: ReadonlyMap<string, number>,
  parked: ReadonlySet<string>,
  limits: BatchLimits,
): BatchPlan {
  const lastSeqs = new Map<string, number>();
  const send: StoredEvent[] = [];
  const settled: StoredEvent[] = [];
  let heldBack = 0;
  let beyondHole = 0;
  let bytes = 0;
  for (const event of pending) {
    const { aggregateId, seq } = event;
    if (parked.has(aggregateId)) {
      heldBack += 1;
      continue;
    }
    const sentSeq = sent.get(aggregateId);
    if (sentSeq !== undefined && seq <= sentSeq) {
      settled.push(event);
      continue;
    }
    const last = lastSeqs.get(aggregateId) ?? sentSeq;
    if (last !== undefined && seq !== last + 1) {
      beyondHole += 1;
      continue;
    }
    const size = sizeOf(event);
    const isFull = send.length >= limits.batchSizeMax || bytes + size > limits.batchBytesMax;
    if (isFull && send.length > 0) break;
    bytes += size;
    lastSeqs.set(aggregateId, seq);
    send.push(event);
  }
  return { send, settled, heldBack, beyondHole };
}

/** Room for the headers of one event; ids and step names are bounded by their contracts. */
const headerBytes = 1_024;

function sizeOf(event: StoredEvent): number {
  const { data, stepImage, aggregateId } = event;
  const imageBytes = stepImage === undefined ? 0 : Buffer.byteLength(JSON.stringify(stepImage));
  return Buffer.byteLength(JSON.stringify(data)) + imageBytes + aggregateId.length + headerBytes;
}
