import { eventId } from '../../event-log/envelope';
import type { LogEvent } from '../../event-log/envelope';
import { mapAtOnce } from '../../outbox/map-at-once';
import { contentHashOf } from '../../outbox/stamp';
import type { ServiceStore } from '../../outbox/ports';
import { askLimits } from '../options';
import { tell } from './draft';
import type { Draft } from './draft';

type Store = Pick<ServiceStore<unknown>, 'history'>;

/**
 * What is new in the log must stand in the events table, with the same content: an event is committed before it is
 * sent. Asks for exactly what is new, aggregate by aggregate.
 */
export async function compareWithTable(
  draft: Draft,
  events: readonly LogEvent[],
  store: Store,
): Promise<void> {
  const news = new Map<string, LogEvent[]>();
  for (const event of events) {
    news.set(event.aggregateId, [...(news.get(event.aggregateId) ?? []), event]);
  }
  await mapAtOnce([...news.values()], askLimits.requestsAtOnce, async (ofOne) => {
    const seqs = ofOne.map(({ seq }) => seq);
    const [from, to] = [Math.min(...seqs), Math.max(...seqs)];
    const { aggregateId = '' } = ofOne[0] ?? {};
    const range = { aggregateId, from, to };
    let rows = await rowsBetween(store, range);
    if (seqs.some((seq) => !rows.has(seq))) rows = await rowsBetween(store, range);
    for (const event of ofOne) compareOne(draft, event, rows);
  });
}

async function rowsBetween(
  store: Store,
  {
    aggregateId,
    from,
    to,
  }: { readonly aggregateId: string; readonly from: number; readonly to: number },
) {
  const limitMax = Math.min(askLimits.rowsMax, to - from + 1);
  const rows = new Map<number, Awaited<ReturnType<Store['history']>>[number]>();
  for (let seq = from - 1; seq < to;) {
    const page = await store.history({ after: { aggregateId, seq }, limitMax });
    const own = page.filter((row) => row.aggregateId === aggregateId);
    for (const row of own) rows.set(row.seq, row);
    const last = own.at(-1);
    if (last === undefined) break;
    ({ seq } = last);
  }
  return rows;
}

function compareOne(
  draft: Draft,
  event: LogEvent,
  rows: Awaited<ReturnType<typeof rowsBetween>>,
): void {
  const row = rows.get(event.seq);
  if (row === undefined) {
    const detail = 'the log has it, the events table has it not';
    return tell(draft, 'EVENT_NOT_IN_TABLE', { ...event, detail });
  }
  if (row.contentHash !== event.contentHash) {
    const detail = 'log and events table hold two contents';
    return tell(draft, 'HISTORY_FORKED', { ...event, detail });
  }
  if (contentHashOf(row) === row.contentHash) return;
  const detail = `the events table's ${eventId(row)} is not what its hash says`;
  tell(draft, 'TABLE_HASH_WRONG', { ...event, detail });
}
