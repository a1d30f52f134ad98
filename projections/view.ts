import { eventId } from '../platform/event-log/envelope';
import type { Reading } from '../platform/event-log/projector/reading';
import type { KeptRow, View } from '../platform/event-log/projector/view';
import { isFault } from '../platform/kernel/faults';
import type { Fault } from '../platform/kernel/faults';
import { run } from '../platform/outbox/postgres/connection';
import { keptRowOf } from './rows/sealing';
import type { RowSealing, SealedRow } from './rows/sealing';
import { rowsByKey } from './rows/statements';

type Client = Parameters<typeof run>[0];

/** A generation, and what seals its rows. */
export interface RowsOf {
  readonly generation: string;
  readonly sealing: RowSealing;
}

/** Answers of one statement, each a list; a number that may be large travels as text. */
interface PlacesRow {
  readonly positions: readonly (readonly [id: string, lastSeq: string, lastHash: string])[] | null;
  readonly applied: readonly (readonly [id: string, seq: string, hash: string])[] | null;
  readonly queues: readonly (readonly [id: string, seq: string, hash: string | null])[] | null;
}

/**
 * Columns of {@link PlacesRow}; `$1` is the generation, `$2` aggregates, `$3` and `$4` events. Each is looked up by
 * itself: `offset 0` keeps the planner from reading whole generations, see `planForLarge`.
 */
const places = `
  (select json_agg(json_build_array(aggregate_id, last_seq::text, last_hash))
    from unnest($2::text[]) as asked (id) cross join lateral (
      select * from aggregate_positions
      where projection = $1 and aggregate_id = asked.id offset 0) as found) as positions,
  (select json_agg(json_build_array(aggregate_id, found.seq::text, hash))
    from unnest($3::text[], $4::bigint[]) as asked (id, seq) cross join lateral (
      select * from applied_events
      where projection = $1 and aggregate_id = asked.id and seq = asked.seq offset 0) as found
  ) as applied,
  (select json_agg(json_build_array(aggregate_id, seq::text, hash) order by found.id)
    from unnest($2::text[]) as asked (aggregate) cross join lateral (
      select * from dead_letters
      where projection = $1 and aggregate_id = asked.aggregate offset 0) as found) as queues`;

const placesAlone = `select ${places}`;

/** The same with the checkpoint of a claim, which it locks. */
const claimedPlaces = `
  select next_offset, (select state from generations where name = $1) as state, ${places}
  from checkpoints where projection = $1 and topic = $5 and partition = $6 and owner_epoch = $7
  for update`;

function asked(generation: string, readings: readonly Reading[]): unknown[] {
  const events = readings.flatMap(({ event }) => event ?? []);
  const aggregateIds = [...new Set(readings.map(({ aggregateId }) => aggregateId))];
  return [
    ...[generation, aggregateIds],
    ...[events.map((event) => event.aggregateId), events.map(({ seq }) => seq)],
  ];
}

/** What is stored about the aggregates, rows and events of some readings; rows that do not open stand apart. */
export async function loadView(
  client: Client,
  of: RowsOf,
  readings: readonly Reading[],
): Promise<Omit<View, 'nextOffset'>> {
  const values = asked(of.generation, readings);
  const { rows } = await run<PlacesRow>(client, placesAlone, { values, isKept: true });
  return { ...placesOf(rows[0]!), ...(await openRows(client, of, keysOf(readings))) };
}

/** A view with the place its partition is at, and the state of the generation it is of. */
export interface ClaimedView {
  readonly view: View;
  readonly state: string;
}

/**
 * Locks the checkpoint and reads the view; undefined where the claim was taken over. One statement sees what was
 * committed before it began: the lock of the projection, taken before it, is what keeps other writers away.
 */
export async function loadClaimedView(
  client: Client,
  of: RowsOf,
  {
    claim,
    readings,
  }: { readonly claim: readonly unknown[]; readonly readings: readonly Reading[] },
): Promise<ClaimedView | undefined> {
  const values = [...asked(of.generation, readings), ...claim];
  const { rows } = await run<PlacesRow & { next_offset: string; state: string }>(
    client,
    claimedPlaces,
    { values, isKept: true },
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const kept = await openRows(client, of, keysOf(readings));
  return {
    view: { ...placesOf(row), ...kept, nextOffset: BigInt(row.next_offset) },
    state: row.state,
  };
}

const keysOf = (readings: readonly Reading[]): string[] => [
  ...new Set(readings.flatMap((reading) => reading.keys)),
];

function placesOf(row: PlacesRow): Pick<View, 'positions' | 'applied' | 'queues'> {
  const positions = (row.positions ?? []).map(
    ([id, lastSeq, lastHash]) => [id, { lastSeq: Number(lastSeq), lastHash }] as const,
  );
  const applied = (row.applied ?? []).map(
    ([aggregateId, seq, hash]) => [eventId({ aggregateId, seq: Number(seq) }), hash] as const,
  );
  return {
    positions: new Map(positions),
    applied: new Map(applied),
    queues: queuesOf(row.queues ?? []),
  };
}

function queuesOf(letters: NonNullable<PlacesRow['queues']>): View['queues'] {
  const queues = new Map<string, Map<number, string | undefined>>();
  for (const [id, seq, hash] of letters) {
    const hashes = queues.get(id) ?? new Map<number, string | undefined>();
    queues.set(id, hashes.set(Number(seq), hash ?? hashes.get(Number(seq))));
  }
  return new Map(
    [...queues].map(([id, hashes]) => [id, { lastSeq: Math.max(...hashes.keys()), hashes }]),
  );
}

/** Rows by key, as they stand in this transaction. Throws `CIPHERTEXT_REFUSED`. */
export async function loadRows(client: Client, of: RowsOf, keys: string[]) {
  const found = await openRows(client, of, keys);
  demandOpened(found);
  return found.rows;
}

/** Throws `CIPHERTEXT_REFUSED` where one of the rows does not open. */
export function demandOpened({ refused = new Map() }: Pick<View, 'refused'>): void {
  for (const why of refused.values()) throw why;
}

async function openRows(client: Client, { generation, sealing }: RowsOf, keys: string[]) {
  const rows = new Map<string, KeptRow>();
  const refused = new Map<string, Fault>();
  if (keys.length === 0) return { rows, refused };
  const found = await run<SealedRow>(client, rowsByKey, {
    values: [generation, keys],
    isKept: true,
  });
  for (const row of found.rows) {
    try {
      rows.set(row.key, keptRowOf(sealing, row));
    } catch (error) {
      if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
      refused.set(row.key, error);
    }
  }
  return { rows, refused };
}
