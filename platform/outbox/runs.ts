import type { StoredEvent } from './ports';

/**
 * Keeps, per aggregate, the events up to its first hole and leaves the order of the list as it is. A hole can appear
 * where a batch of marks was cut short; what lies behind it is offered again once the hole is marked.
 */
export function contiguousRuns<Event extends Pick<StoredEvent, 'aggregateId' | 'seq'>>(
  events: readonly Event[],
): readonly Event[] {
  const lastSeqs = new Map<string, number>();
  return events.filter(({ aggregateId, seq }) => {
    const last = lastSeqs.get(aggregateId);
    if (last !== undefined && seq !== last + 1) return false;
    lastSeqs.set(aggregateId, seq);
    return true;
  });
}
