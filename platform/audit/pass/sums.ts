import type { AuditFinding } from '../codes';
import type { OpenWeight } from '../ledger/port';
import { weightKey } from './draft';

/**
 * Remembers since when each sum is open, and tells those that should have closed. The events of a transaction come
 * one by one, over several partitions; once everything committed up to a moment was read, what is open since before
 * it is broken.
 */
export function openSums(service: string, now: () => number) {
  const since = new Map<string, number>();
  return (weights: readonly OpenWeight[], clearedMs: number): readonly AuditFinding[] => {
    const keys = new Set(weights.map(weightKey));
    for (const key of since.keys()) if (!keys.has(key)) since.delete(key);
    return weights.flatMap((weight) => {
      const key = weightKey(weight);
      const sinceMs = since.get(key) ?? now();
      since.set(key, sinceMs);
      return sinceMs < clearedMs ? [findingOf(service, weight)] : [];
    });
  };
}

function findingOf(service: string, weight: OpenWeight): AuditFinding {
  const { identity, aggregateId, amount, eventId, sagaId } = weight;
  const saga = sagaId === undefined ? {} : { sagaId };
  const detail = `one transaction left it ${amount} off`;
  return { code: identity, service, subject: aggregateId, eventId, ...saga, detail };
}
