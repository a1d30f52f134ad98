import { wholeHistory } from '../event-log/audit';
import type { OutboxSource, StoredEvent } from '../outbox/ports';

type TableEvent = StoredEvent & { readonly published: boolean };

const pageMax = 500;

/** The events of some aggregates, or of all, ascending by aggregate and number. */
export async function* eventsOf(
  source: Pick<OutboxSource, 'history'>,
  ids: readonly string[] | undefined,
): AsyncGenerator<TableEvent> {
  if (ids === undefined) yield* wholeHistory(source);
  else for (const id of ids) yield* historyOf(source, id);
}

async function* historyOf(
  source: Pick<OutboxSource, 'history'>,
  aggregateId: string,
): AsyncGenerator<TableEvent> {
  for (let seq = 0; ;) {
    const page = await source.history({ after: { aggregateId, seq }, limitMax: pageMax });
    const own = page.filter((event) => event.aggregateId === aggregateId);
    yield* own;
    const last = own.at(-1);
    if (last === undefined || own.length < pageMax) return;
    seq = last.seq;
  }
}
