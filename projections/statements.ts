import { eventId } from '../platform/event-log/envelope';
import { causeOf } from '../platform/event-log/letters/cause';
import type { RedrivePlan } from '../platform/event-log/letters/port';
import type { Reading } from '../platform/event-log/projector/reading';
import type { KeptRow, NewLetter, Plan, View } from '../platform/event-log/projector/view';
import { isFault } from '../platform/kernel/faults';
import type { Fault } from '../platform/kernel/faults';
import { run } from '../platform/outbox/postgres/connection';
import { eraOf, liveName, projectionOf } from './generations/names';
import type { LetterSealing } from './letters/sealing';
import { keptRowOf } from './rows/sealing';
import type { RowSealing, SealedRow } from './rows/sealing';
import { rowsByKey, upsertSealed } from './rows/statements';

type Client = Parameters<typeof run>[0];

export const lockProjection = `select pg_advisory_xact_lock(hashtextextended($1, 4711))`;

/** The generation `$2`, or the live one of the projection `$1`. */
const named = `coalesce($2::text, ${liveName('$1::text')})`;

/** For a projection that is newer than the tables' last migration. */
export const firstGeneration = `
  insert into generations (projection, number, name, state) values ($1, 1, $1, 'live')
  on conflict do nothing`;

export const claim = `
  insert into checkpoints as c (projection, topic, partition, owner_epoch)
  values (${named}, $3, $4, 1)
  on conflict (projection, topic, partition) do update set owner_epoch = c.owner_epoch + 1
  returning projection as generation, owner_epoch, next_offset,
    (select ${eraOf('g')} from generations g where g.name = c.projection) as era`;

/** Of the generation of `$1` that is read. */
export const liveEra = `
  select ${eraOf('g')} as era from generations g where g.projection = $1 and g.state = 'live'`;

export const checkpoint = `
  select next_offset, (select state from generations where name = $1) as state from checkpoints
  where projection = $1 and topic = $2 and partition = $3 and owner_epoch = $4 for update`;

export const stateOf = `select state from generations where name = $1`;

export const advance = `
  update checkpoints set
    next_offset = $5, log_end = greatest(log_end, $5), updated_at = now(),
    event_time = greatest(event_time, $6::timestamptz)
  where projection = $1 and topic = $2 and partition = $3 and owner_epoch = $4`;

export const halt = `
  update checkpoints set halt_code = $5, halt_detail = $6,
    halted_at = case when $5::text is null then null else coalesce(halted_at, now()) end
  where projection = $1 and topic = $2 and partition = $3 and owner_epoch = $4`;

export const noteEnd = `
  update checkpoints set log_end = $5
  where projection = ${named} and topic = $3 and partition = $4 and log_end is distinct from $5`;

/** A generation, and what seals its rows. */
export interface RowsOf {
  readonly generation: string;
  readonly sealing: RowSealing;
}

/** What is stored about the aggregates, rows and events of some readings; rows that do not open stand apart. */
export async function loadView(
  client: Client,
  of: RowsOf,
  readings: readonly Reading[],
): Promise<Omit<View, 'nextOffset'>> {
  const { generation } = of;
  const aggregateIds = [...new Set(readings.map(({ aggregateId }) => aggregateId))];
  const keys = [...new Set(readings.flatMap((reading) => reading.keys))];
  return {
    positions: await loadPositions(client, generation, aggregateIds),
    applied: await loadApplied(client, generation, readings),
    queues: await loadQueues(client, generation, aggregateIds),
    ...(await openRows(client, of, keys)),
  };
}

async function loadPositions(client: Client, generation: string, aggregateIds: string[]) {
  const { rows } = await run<{ aggregate_id: string; last_seq: string; last_hash: string }>(
    client,
    `select aggregate_id, last_seq, last_hash from aggregate_positions
     where projection = $1 and aggregate_id = any($2)`,
    { values: [generation, aggregateIds] },
  );
  return new Map(
    rows.map((row) => [
      row.aggregate_id,
      { lastSeq: Number(row.last_seq), lastHash: row.last_hash },
    ]),
  );
}

async function loadApplied(client: Client, generation: string, readings: readonly Reading[]) {
  const events = readings.flatMap(({ event }) => event ?? []);
  const { rows } = await run<{ aggregate_id: string; seq: string; hash: string }>(
    client,
    `select aggregate_id, seq, hash from applied_events
     join unnest($2::text[], $3::bigint[]) as asked (aggregate_id, seq) using (aggregate_id, seq)
     where projection = $1`,
    {
      values: [generation, events.map((event) => event.aggregateId), events.map(({ seq }) => seq)],
    },
  );
  return new Map(
    rows.map((row) => [eventId({ aggregateId: row.aggregate_id, seq: Number(row.seq) }), row.hash]),
  );
}

async function loadQueues(client: Client, generation: string, aggregateIds: string[]) {
  const { rows } = await run<{ aggregate_id: string; seq: string; hash: string | null }>(
    client,
    `select aggregate_id, seq, hash from dead_letters
     where projection = $1 and aggregate_id = any($2) order by id`,
    { values: [generation, aggregateIds] },
  );
  const queues = new Map<string, Map<number, string | undefined>>();
  for (const { aggregate_id: id, seq, hash } of rows) {
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
  const found = await run<SealedRow>(client, rowsByKey, { values: [generation, keys] });
  const rows = new Map<string, KeptRow>();
  const refused = new Map<string, Fault>();
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

/** Writes rows, positions and the hashes of what was applied or passed by. */
export async function writeRows(
  client: Client,
  { generation, sealing }: RowsOf,
  plan: Pick<Plan, 'rows' | 'listed' | 'positions' | 'applied'> &
    Partial<Pick<RedrivePlan, 'skipped'>>,
): Promise<void> {
  if (plan.positions.size === 0) return;
  const rows = [...plan.rows].map(([key, kept]) =>
    sealing.seal({ projection: generation, key }, kept, plan.listed),
  );
  const positions = [...plan.positions].map(([id, { lastSeq, lastHash }]) => [
    id,
    lastSeq,
    lastHash,
  ]);
  const applied = plan.applied.map(({ aggregateId, seq, contentHash }) => [
    ...[aggregateId, seq, contentHash],
  ]);
  const skipped = (plan.skipped ?? []).flatMap(({ aggregateId, seq, hash }) =>
    hash === undefined ? [] : [[aggregateId, seq, hash]],
  );
  await upsertSealed(client, rows);
  await run(client, upsertPositions, { values: [generation, JSON.stringify(positions)] });
  await run(client, insertApplied, {
    values: [generation, JSON.stringify([...applied, ...skipped])],
  });
}

const upsertPositions = `
  insert into aggregate_positions (projection, aggregate_id, last_seq, last_hash)
  select $1, p->>0, (p->>1)::bigint, p->>2 from jsonb_array_elements($2::jsonb) as p
  on conflict (projection, aggregate_id) do update set
    last_seq = excluded.last_seq, last_hash = excluded.last_hash`;

const insertApplied = `
  insert into applied_events (projection, aggregate_id, seq, hash)
  select $1, e->>0, (e->>1)::bigint, e->>2 from jsonb_array_elements($2::jsonb) as e`;

/** Stores new dead letters; one that is there already stays as it was. */
export async function writeLetters(
  client: Client,
  { generation, sealing }: { readonly generation: string; readonly sealing: LetterSealing },
  plan: Pick<Plan, 'letters'>,
): Promise<void> {
  for (const letter of plan.letters) {
    await run(client, insertLetter, { values: letterValues(generation, letter, sealing) });
  }
}

/** A letter behind another is of the group of the first: what is wrong there is why it waits. */
const insertLetter = `
  with first as (
    select group_id, cause from dead_letters
    where $8 = 'BEHIND_DEAD_LETTER' and projection = $1 and aggregate_id = $5
    order by seq, id limit 1
  )
  insert into dead_letters (projection, topic, partition, log_offset, aggregate_id, seq, hash,
    reason, detail, message_key, payload, headers, row_keys, group_id, cause)
  select $1, $2, $3::int, $4::bigint, $5, $6::bigint, $7, $8, $9, $10, $11, $12::jsonb, $13::text[],
    coalesce((select group_id from first), $14), coalesce((select cause from first), $15)
  on conflict (projection, topic, partition, log_offset) do nothing`;

const detailMax = 1_000;

function letterValues(generation: string, letter: NewLetter, sealing: LetterSealing): unknown[] {
  const { reading, seq, reason, detail } = letter;
  const { record, event, keys } = reading;
  const { group, cause } = causeOf(projectionOf(generation), reading, letter);
  const { topic, partition, offset } = record;
  const at = {
    ...{ projection: generation, topic, partition, log_offset: offset },
    ...{ aggregate_id: storable(reading.aggregateId), seq },
    ...{ hash: event?.contentHash ?? null, message_key: storable(record.key) },
  };
  const { payload, headers } = sealing.seal(at, { payload: record.value, headers: record.headers });
  return [
    ...[generation, topic, partition, offset, at.aggregate_id, seq, at.hash, reason],
    ...[storable(detail).slice(0, detailMax), at.message_key, payload, JSON.stringify(headers)],
    ...[keys, group, storable(cause)],
  ];
}

/** PostgreSQL's text has no U+0000 and no half surrogates; whatever carries one is no event of ours anyway. */
export function storable(text: string): string {
  return Buffer.from(text.replaceAll('\u0000', '\ufffd')).toString();
}
