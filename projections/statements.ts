import { causeOf } from '../platform/event-log/letters/cause';
import type { RedrivePlan } from '../platform/event-log/letters/port';
import type { NewLetter, Plan } from '../platform/event-log/projector/view';
import { run } from '../platform/outbox/postgres/connection';
import { eraOf, liveName, projectionOf } from './generations/names';
import type { LetterSealing } from './letters/sealing';
import { upsertSealed } from './rows/statements';
import type { RowsOf } from './view';

type Client = Parameters<typeof run>[0];

export const lockProjection = `select pg_advisory_xact_lock(hashtextextended($1, 4711))`;

/** The commit of this transaction does not wait for the disk. */
export const commitAtOnce = 'SET LOCAL synchronous_commit = off';

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

export const stateOf = `select state from generations where name = $1`;

export const halt = `
  update checkpoints set halt_code = $5, halt_detail = $6,
    halted_at = case when $5::text is null then null else coalesce(halted_at, now()) end
  where projection = $1 and topic = $2 and partition = $3 and owner_epoch = $4`;

export const noteEnd = `
  update checkpoints set log_end = $5
  where projection = ${named} and topic = $3 and partition = $4 and log_end is distinct from $5`;

type Written = Pick<Plan, 'rows' | 'listed' | 'positions' | 'applied'> &
  Partial<Pick<RedrivePlan, 'skipped'>>;

/** Writes rows, positions and the hashes of what was applied or passed by. */
export async function writeRows(client: Client, of: RowsOf, plan: Written): Promise<void> {
  if (plan.positions.size === 0) return;
  await upsertSealed(client, sealedRowsOf(of, plan));
  await run(client, moveAggregates, { values: movedBy(of.generation, plan), isKept: true });
}

/** The same, and moves the checkpoint that a claim holds: `claim` is its topic, partition and epoch. */
export async function writeClaimed(
  client: Client,
  of: RowsOf,
  { claim, plan }: { readonly claim: readonly unknown[]; readonly plan: Plan },
): Promise<void> {
  await upsertSealed(client, sealedRowsOf(of, plan));
  const youngest = plan.applied.map(({ time }) => time).sort();
  const moved = [plan.nextOffset.toString(), youngest.at(-1) ?? null];
  const values = [...movedBy(of.generation, plan), ...claim, ...moved];
  await run(client, moveAll, { values, isKept: true });
}

const sealedRowsOf = ({ generation, sealing }: RowsOf, { rows, listed }: Written) =>
  [...rows].map(([key, kept]) => sealing.seal({ projection: generation, key }, kept, listed));

function movedBy(generation: string, plan: Written): unknown[] {
  const positions = [...plan.positions].map(([id, { lastSeq, lastHash }]) => [
    ...[id, lastSeq, lastHash],
  ]);
  const applied = plan.applied.map(({ aggregateId, seq, contentHash }) => [
    ...[aggregateId, seq, contentHash],
  ]);
  const skipped = (plan.skipped ?? []).flatMap(({ aggregateId, seq, hash }) =>
    hash === undefined ? [] : [[aggregateId, seq, hash]],
  );
  return [generation, JSON.stringify(positions), JSON.stringify([...applied, ...skipped])];
}

const upsertPositions = `
  insert into aggregate_positions (projection, aggregate_id, last_seq, last_hash)
  select $1, p->>0, (p->>1)::bigint, p->>2 from jsonb_array_elements($2::jsonb) as p
  on conflict (projection, aggregate_id) do update set
    last_seq = excluded.last_seq, last_hash = excluded.last_hash`;

const insertApplied = `
  insert into applied_events (projection, aggregate_id, seq, hash)
  select $1, e->>0, (e->>1)::bigint, e->>2 from jsonb_array_elements($3::jsonb) as e`;

const moveAggregates = `with positions as (${upsertPositions}) ${insertApplied}`;

const moveAll = `
  with positions as (${upsertPositions}), applied as (${insertApplied})
  update checkpoints set
    next_offset = $7, log_end = greatest(log_end, $7), updated_at = now(),
    event_time = greatest(event_time, $8::timestamptz)
  where projection = $1 and topic = $4 and partition = $5 and owner_epoch = $6`;

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
