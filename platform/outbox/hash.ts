import { createHash, hash } from 'node:crypto';
import { canonicalJson } from '../kernel/json';

/** sha256 as 64 hexadecimal digits of the canonical text of a JSON value: equal values, equal hashes. */
export function hashOf(value: unknown): string {
  return hash('sha256', canonicalJson(value));
}

/**
 * Slot and Kafka partition of an aggregate, 0 to `partitions - 1`. Stored with every event, so that a client
 * library's own partitioner can never reorder an aggregate. `partitions` never changes for a topic.
 */
export function slotOf(aggregateId: string, partitions: number): number {
  return createHash('sha256').update(aggregateId).digest().readUInt32BE(0) % partitions;
}
