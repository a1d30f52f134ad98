import { mapAtOnce } from '../../outbox/map-at-once';
import type { ServiceStore } from '../../outbox/ports';
import type { AuditFinding } from '../codes';
import type { Tracked } from '../ledger/port';
import type { Captured } from './live';
import { askLimits } from '../options';

/** An event that the database says was sent, and the log has not shown up to here. */
interface Suspect {
  readonly seq: number;
  readonly slot: number;
  /** High-water mark of its partition, taken after the database was asked: below it the event must stand. */
  readonly high: bigint;
}

/** What is watched of an aggregate that is ahead of its log. */
export interface Watched extends Captured {
  /** First seen ahead, on our own clock. */
  readonly sinceMs: number;
  readonly suspect?: Suspect;
}

interface Asking {
  readonly service: string;
  readonly store: Pick<ServiceStore<unknown>, 'history' | 'readAggregate'>;
  readonly tracked: (id: string) => Tracked;
  /** Asks the log where it ends now. */
  readonly highs: () => Promise<ReadonlyMap<number, bigint>>;
  /** Offset up to which a partition was read. */
  readonly readTo: (partition: number) => bigint;
  readonly nowMs: number;
  readonly overdueMs: number;
  /** Answers true where a partition has forgotten records, having taken the event from the table instead. */
  readonly forgive: (
    id: string,
    one: { readonly seq: number; readonly slot: number },
  ) => Promise<boolean>;
  readonly findings: AuditFinding[];
}

/**
 * Looks at every aggregate whose row was ahead of the log: is its next event on its way, was it never recorded, or was
 * it lost? Lost is what the events table says was sent, and the log has not below a mark that was taken after that was
 * asked. Changes `watched` to what is still to be looked at.
 */
export async function lookForLost(watched: Map<string, Watched>, asking: Asking): Promise<void> {
  const { tracked } = asking;
  for (const [id, { seq }] of watched) if (tracked(id).seq >= seq) watched.delete(id);
  if (watched.size === 0) return;
  const asked = await mapAtOnce([...watched], askLimits.requestsAtOnce, async ([id, one]) => {
    return { id, one, next: await nextEvent(id, asking) };
  });
  const highs = await asking.highs();
  for (const { id, one, next } of asked) {
    if (next === undefined) await demandEvent(id, watched, asking);
    else if (next.published) await lose(id, { watched, one, next, highs }, asking);
    else if (asking.nowMs - one.sinceMs > asking.overdueMs) {
      const detail = `committed at ${next.time}, and not sent`;
      asking.findings.push(findingOf('EVENT_OVERDUE', next, { service: asking.service, detail }));
    }
  }
}

type Row = Awaited<ReturnType<ServiceStore<unknown>['history']>>[number];

async function nextEvent(id: string, { store, tracked }: Asking): Promise<Row | undefined> {
  const { seq } = tracked(id);
  const [row] = await store.history({ after: { aggregateId: id, seq }, limitMax: 1 });
  return row?.aggregateId === id && row.seq === seq + 1 ? row : undefined;
}

/** The row counts an event that the table has not; both are read once more, in the order in which they are written. */
async function demandEvent(id: string, watched: Map<string, Watched>, asking: Asking) {
  const { store, tracked, findings, service } = asking;
  const row = await store.readAggregate(id);
  const { seq } = tracked(id);
  if (row === undefined || row.seq <= seq) return void watched.delete(id);
  if ((await nextEvent(id, asking)) !== undefined) return;
  const detail = `the row is at number ${row.seq}, the events table has no ${seq + 1}`;
  const about = { aggregateId: id, seq: seq + 1 };
  findings.push(findingOf('SEQ_WITHOUT_EVENT', about, { service, detail }));
  watched.delete(id);
}

interface Losing {
  readonly watched: Map<string, Watched>;
  readonly one: Watched;
  readonly next: Row;
  readonly highs: ReadonlyMap<number, bigint>;
}

async function lose(id: string, { watched, one, next, highs }: Losing, asking: Asking) {
  const { suspect } = one;
  if (suspect?.seq !== next.seq) {
    const { seq, slot } = next;
    watched.set(id, { ...one, suspect: { seq, slot, high: highs.get(slot) ?? 0n } });
    return;
  }
  if (asking.readTo(suspect.slot) < suspect.high) return;
  watched.delete(id);
  if (await asking.forgive(id, { seq: one.seq, slot: suspect.slot })) return;
  const detail = 'the events table says that it was sent';
  asking.findings.push(findingOf('EVENT_NOT_IN_LOG', next, { service: asking.service, detail }));
}

function findingOf(
  code: string,
  about: { readonly aggregateId: string; readonly seq: number; readonly sagaId?: string },
  { service, detail }: Pick<AuditFinding, 'service' | 'detail'>,
): AuditFinding {
  const { aggregateId, seq, sagaId } = about;
  const id = `${aggregateId}:${seq}`;
  const saga = sagaId === undefined ? {} : { sagaId };
  return { code, service, subject: id, eventId: id, ...saga, detail };
}
