import type { OutboxSource, StoredEvent } from './ports';

/** One event of a service's history, read from its events table by its number; undefined where there is none. */
export async function eventAt(
  source: Pick<OutboxSource, 'history'>,
  aggregateId: string,
  seq: number,
): Promise<(StoredEvent & { readonly published: boolean }) | undefined> {
  const [event] = await source.history({ after: { aggregateId, seq: seq - 1 }, limitMax: 1 });
  return event?.aggregateId === aggregateId && event.seq === seq ? event : undefined;
}
