import type { Pool } from 'pg';
import type { OutboxSource, SlotLease, StoredEvent } from '../ports';
import { contiguousRuns } from '../runs';
import type { Sealing } from '../sealing';
import { run } from './connection';
import { eventColumns, eventOf } from './rows';
import type { EventRow } from './rows';
import type { Tables } from './schema';

/**
 * The outbox of a PostgreSQL service: the partial index over rows not yet published, read as a set and never behind a
 * cursor (a sequence is drawn before its transaction commits, so a cursor would skip late commits for good).
 */
export function postgresSource(
  pool: Pool,
  tables: Tables,
  sealing: Sealing,
): Omit<OutboxSource, 'subscribe'> {
  const { events, leases } = tables;
  return {
    pending: pendingTogether(async (slots, limits) => {
      const { rows } = await run<EventRow>(
        pool,
        `SELECT ${eventColumns} FROM unnest($1::int[], $2::int[]) AS asked (of, most)
         CROSS JOIN LATERAL (SELECT * FROM ${events} WHERE slot = of AND published_at IS NULL
           ORDER BY ord LIMIT most) AS e
         ORDER BY slot, ord`,
        { values: [slots, limits], isKept: true },
      );
      const opened = (slot: number) => () =>
        contiguousRuns(rows.filter((row) => row.slot === slot).map((row) => eventOf(sealing, row)));
      return new Map(slots.map((slot) => [slot, opened(slot)]));
    }),
    markPublished: (published) => mark(pool, tables, published),
    async readLease(slot) {
      const { rows } = await run<{ owner: string; version: string; log_end: string | null }>(
        pool,
        `SELECT owner, version, log_end FROM ${leases} WHERE slot = $1`,
        { values: [slot] },
      );
      const row = rows[0];
      if (row === undefined) return undefined;
      const lease = { slot, owner: row.owner, version: Number(row.version) };
      return row.log_end === null ? lease : { ...lease, logEnd: row.log_end };
    },
    writeLease: (lease, expectedVersion) => writeLease(pool, tables, { lease, expectedVersion }),
    async depth() {
      const { rows } = await run<{ pending: string; age_ms: number | null }>(
        pool,
        `SELECT count(*) AS pending,
           extract(epoch FROM clock_timestamp() - min(recorded_at))::float8 * 1000 AS age_ms
         FROM ${events} WHERE published_at IS NULL`,
      );
      const row = rows[0];
      return { pending: Number(row?.pending ?? 0), oldestAgeMs: Math.max(0, row?.age_ms ?? 0) };
    },
    async history({ after, limitMax }) {
      const { rows } = await run<EventRow>(
        pool,
        `SELECT ${eventColumns} FROM ${events} WHERE (aggregate_id, seq) > ($1, $2)
         ORDER BY aggregate_id, seq LIMIT $3`,
        { values: [after?.aggregateId ?? '', after?.seq ?? 0, limitMax] },
      );
      return rows.map((row) => ({ ...eventOf(sealing, row), published: row.published }));
    },
  };
}

/** Reads some slots at once; each is opened apart, since content that does not open is its slot's affair alone. */
type ReadSlots = (
  slots: readonly number[],
  limits: readonly number[],
) => Promise<ReadonlyMap<number, () => readonly StoredEvent[]>>;

/** Slots that ask within one turn of the loop share a statement: a hint wakes all of them at the same moment. */
function pendingTogether(read: ReadSlots): OutboxSource['pending'] {
  let next:
    { readonly asked: Map<number, number>; readonly answer: ReturnType<ReadSlots> } | undefined;

  function begin(): NonNullable<typeof next> {
    const asked = new Map<number, number>();
    const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      next = undefined;
      return read([...asked.keys()], [...asked.values()]);
    });
    return { asked, answer };
  }

  return async (slot, limitMax) => {
    next ??= begin();
    const { asked, answer } = next;
    asked.set(slot, Math.max(limitMax, asked.get(slot) ?? 0));
    const opened = (await answer).get(slot);
    return opened?.().slice(0, limitMax) ?? [];
  };
}

async function mark(
  pool: Pool,
  { events }: Tables,
  published: readonly StoredEvent[],
): Promise<void> {
  if (published.length === 0) return;
  const values = [published.map((it) => it.aggregateId), published.map((it) => it.seq)];
  await run(
    pool,
    `UPDATE ${events} AS e SET published_at = clock_timestamp()
     FROM unnest($1::text[], $2::bigint[]) AS m(aggregate_id, seq)
     WHERE e.aggregate_id = m.aggregate_id AND e.seq = m.seq AND e.published_at IS NULL`,
    { values, isKept: true },
  );
}

async function writeLease(
  pool: Pool,
  { leases }: Tables,
  { lease, expectedVersion }: { readonly lease: SlotLease; readonly expectedVersion: number },
): Promise<boolean> {
  const values: unknown[] = [lease.slot, lease.owner, lease.version, lease.logEnd ?? null];
  const insert = `INSERT INTO ${leases} (slot, owner, version, log_end) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING`;
  const update = `UPDATE ${leases} SET owner = $2, version = $3, log_end = $4
    WHERE slot = $1 AND version = $5`;
  const { rowCount } =
    expectedVersion === 0
      ? await run(pool, insert, { values })
      : await run(pool, update, { values: [...values, expectedVersion] });
  return rowCount === 1;
}
