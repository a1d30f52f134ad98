import { decodeEvent } from '../../platform/event-log/envelope';
import type { LogRecord } from '../../platform/event-log/ports';
import type { Projection, ReadRow } from '../../platform/event-log/projector/projection';

/** What a rebuild would have: every distinct event of the records folded in its order, with nothing of ours between. */
export function plainFold(projection: Projection, records: readonly LogRecord[]) {
  const rows = new Map<string, ReadRow>();
  const last = new Map<string, number>();
  for (const record of records) {
    const event = decodeEvent(record);
    if (event.seq <= (last.get(event.aggregateId) ?? 0)) continue;
    last.set(event.aggregateId, event.seq);
    for (const key of projection.keys(event)) {
      rows.set(key, projection.fold(rows.get(key), event, key));
    }
  }
  return new Map([...rows].sort(([left], [right]) => (left < right ? -1 : 1)));
}
