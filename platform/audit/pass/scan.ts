import { eventId } from '../../event-log/envelope';
import { contentHashOf } from '../../outbox/stamp';
import type { ServiceStore } from '../../outbox/ports';
import type { AuditFinding } from '../codes';
import type { EventKey, Ledger, ServiceMark, Tracked } from '../ledger/port';
import { compareLive, compareRow } from './live';
import type { LiveScope } from './live';
import { askLimits } from '../options';

interface Scan {
  readonly service: string;
  readonly ledger: Ledger;
  readonly store: ServiceStore<unknown>;
}

/**
 * Compares the next page of aggregates, whether or not anything happened to them: what somebody changed by hand is
 * found within one round. A page costs the same however long the history is. Answers where the next page begins;
 * empty at the end of a round.
 */
export async function scanAggregates(
  { service, ledger, store }: Scan,
  { scanAfter: afterId }: Pick<ServiceMark, 'scanAfter'>,
  scope: Omit<LiveScope, 'tracked'> & {
    readonly load: (ids: readonly string[]) => Promise<LiveScope['tracked']>;
  },
): Promise<string> {
  const limitMax = askLimits.rowsMax;
  const page = await store.listAggregates({ prefix: '', afterId, limitMax });
  const lastId = page.at(-1)?.id;
  const end = lastId === undefined ? {} : { lastId };
  const known = await ledger.trackedIds(service, { afterId, ...end, limitMax });
  const listed = new Set(page.map(({ id }) => id));
  const missing = known.filter((id) => !listed.has(id));
  const tracked = await scope.load([...listed, ...missing]);
  for (const row of page) await compareRow(row.id, row, { ...scope, tracked });
  // An index may lag, and rows come into being: whatever the listing lacks is asked for by its id.
  await compareLive(missing, { ...scope, tracked });
  if (lastId !== undefined) return lastId;
  return known.length === limitMax ? (known.at(-1) ?? '') : '';
}

/**
 * Reads the next page of the events table: its numbers, its hashes, and that the log has shown the same. Answers where
 * the next page begins; number 0 of no aggregate at the end of a round.
 */
export async function scanHistory(
  scan: Scan,
  { historyAfter: after }: Pick<ServiceMark, 'historyAfter'>,
  findings: AuditFinding[],
): Promise<ServiceMark['historyAfter']> {
  const { service, ledger, store } = scan;
  const limitMax = askLimits.historyRowsMax;
  const rows = await store.history({ limitMax, ...(after.aggregateId === '' ? {} : { after }) });
  const last = rows.at(-1);
  if (last === undefined) return { aggregateId: '', seq: 0 };
  const seen = await ledger.seen(service, rows);
  const tell = (code: string, row: EventKey & { readonly sagaId?: string }, detail: string) => {
    const id = eventId(row);
    const saga = row.sagaId === undefined ? {} : { sagaId: row.sagaId };
    findings.push({ code, service, subject: id, eventId: id, ...saga, detail });
  };
  let before: EventKey = after;
  const ends: EventKey[] = [];
  for (const row of rows) {
    const expected = before.aggregateId === row.aggregateId ? before.seq + 1 : 1;
    if (row.seq !== expected) tell('TABLE_NOT_CONTIGUOUS', row, `number ${expected} is missing`);
    if (contentHashOf(row) !== row.contentHash) {
      tell('TABLE_HASH_WRONG', row, 'the row is not what its hash says');
    }
    const known = seen.get(eventId(row));
    if (known !== undefined && known.hash !== row.contentHash) {
      tell('HISTORY_FORKED', row, 'log and events table hold two contents');
    }
    if (before.aggregateId !== row.aggregateId && before.seq > 0) ends.push(before);
    before = row;
  }
  for (const end of await cutOff(scan, ends)) {
    tell('TABLE_NOT_CONTIGUOUS', end, 'the log has it, the events table ends before it');
  }
  return { aggregateId: last.aggregateId, seq: last.seq };
}

/** Of histories that end here, the first events that the log has shown and the table has not; asked once more. */
async function cutOff(scan: Scan, ends: readonly EventKey[]): Promise<readonly EventKey[]> {
  const tracked = await trackedOf(
    scan,
    ends.map(({ aggregateId }) => aggregateId),
  );
  const short = ends.filter(({ aggregateId, seq }) => tracked(aggregateId).seq > seq);
  const cut: EventKey[] = [];
  for (const after of short) {
    const [next] = await scan.store.history({ after, limitMax: 1 });
    const { aggregateId, seq } = after;
    if (next?.aggregateId !== aggregateId) cut.push({ aggregateId, seq: seq + 1 });
  }
  return cut;
}

/** Aggregates of a page, as the ledger has them. */
export async function trackedOf(
  { ledger, service }: Pick<Scan, 'ledger' | 'service'>,
  ids: readonly string[],
): Promise<(id: string) => Tracked> {
  const known = ids.length === 0 ? new Map<string, Tracked>() : await ledger.tracked(service, ids);
  return (id) => known.get(id) ?? { id, seq: 0, logSeq: 0, state: '', isStalled: false };
}
