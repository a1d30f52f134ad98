import { createWakes } from '../../platform/outbox/wake';
import { memorySource } from '../../platform/outbox/memory/source';
import { emptyRows, eventRowKey } from '../../platform/outbox/memory/rows';
import type { OutboxSource, StoredEvent } from '../../platform/outbox/ports';

/** An outbox in memory holding the events a test gives it, as if services had committed them. */
export function memoryOutbox(events: readonly StoredEvent[]) {
  const rows = emptyRows();
  const wakes = createWakes();
  const source: OutboxSource = memorySource(rows, wakes);
  const add = (more: readonly StoredEvent[]): void => {
    for (const event of more) {
      rows.ord += 1;
      rows.events.set(eventRowKey(event), { event, ord: rows.ord, published: false });
    }
    wakes.emit();
  };
  add(events);
  return {
    source,
    add,
    unpublished: () =>
      [...rows.events.values()].filter((row) => !row.published).map((row) => row.event),
  };
}
