import type { DeadLetter, LetterEnd } from '../../platform/event-log/letters/port';
import type { DeadLetterReason } from '../../platform/event-log/projector/reading';
import { isFault } from '../../platform/kernel/faults';
import { projectionExpression } from '../generations/names';
import type { LetterRowKey, LetterSealing } from './sealing';

/** Letters that older code stored have no group yet; their reason stands for it. */
const projection = projectionExpression('projection');
const group = `coalesce(group_id, ${projection} || '~' || lower(reason))`;

const columns = `id, ${projection} as projection, topic, partition, log_offset, aggregate_id, seq, hash,
  reason, detail, message_key, payload, headers, edited, edits, ${group} as group_id, coalesce(cause, detail) as cause,
  parked_at`;

/** Filter: `$1` projection, `$2` group, `$3` aggregate, `$4` reason; each may be null. */
export const letters = `
  select ${columns} from live_dead_letters
  where ($1::text is null or projection = $1) and ($2::text is null or ${group} = $2)
    and ($3::text is null or aggregate_id = $3) and ($4::text is null or reason = $4)
    and ($5::bigint is null or id > $5) order by id limit $6`;

export const uncopied = `
  select ${columns} from live_dead_letters where copied_at is null
  union all select ${columns} from settled_letters where copied_at is null
  order by id limit $1`;

export const markCopied = `
  with waiting as (update dead_letters set copied_at = now() where id = any($1::bigint[]))
  update settled_letters set copied_at = now() where id = any($1::bigint[])`;

export const letter = `
  select ${columns}, null::timestamptz as settled_at, null as ended, null as act_id
  from live_dead_letters where id = $1
  union all
  select ${columns}, settled_at, ended, act_id from settled_letters where id = $1`;

export const counts = `
  select projection, reason, count(*)::int as count from live_dead_letters group by projection, reason`;

export const parkedAggregates = `
  select projection, count(distinct aggregate_id)::int as count from live_dead_letters
  group by projection`;

export const groups = `
  select projection, ${group} as "group", min(coalesce(cause, detail)) as cause,
    coalesce(min(reason) filter (where reason <> 'BEHIND_DEAD_LETTER'), min(reason)) as reason,
    count(*)::int as letters, count(distinct aggregate_id)::int as aggregates,
    min(id)::text as first_id, min(parked_at) as first_at, max(parked_at) as last_at
  from live_dead_letters
  where ($1::text is null or projection = $1) and ($2::text is null or ${group} = $2)
  group by projection, ${group} order by letters desc, first_id limit $3`;

/** The first letters of the parked aggregates whose first letter is of the group. */
export const firstOfGroup = `
  select id, projection, aggregate_id from (
    select distinct on (projection, aggregate_id) id, projection, aggregate_id, ${group} as group_id
    from live_dead_letters
    where projection in (select projection from live_dead_letters where ${group} = $1)
    order by projection, aggregate_id, seq, id
  ) as firsts
  where group_id = $1 and ($2::bigint is null or id > $2) order by id limit $3`;

/** The first letters of a queue; those of one number are never torn apart. */
export const queue = `
  select ${columns} from dead_letters
  where projection = $1 and aggregate_id = $2 and seq <= (
    select max(seq) from (
      select seq from dead_letters where projection = $1 and aggregate_id = $2
      order by seq, id limit $3
    ) as first_ones
  ) order by seq, id`;

/** A letter that waits, for as long as the transaction. */
export const waiting = `select ${columns} from dead_letters where id = $1 for update`;

export const edit = `update dead_letters set edited = $2, edits = $3 where id = $1`;

/** Columns that a letter takes along when it is done with. */
const kept = `id, projection, topic, partition, log_offset, aggregate_id, seq, hash, reason, detail,
  message_key, payload, headers, row_keys, parked_at, copied_at, group_id, cause, edited,
  edits`;

/** `$1` holds pairs of id and end, `$2` is the act. */
export const settle = `
  with ended as (
    select (e->>0)::bigint as id, e->>1 as ended from jsonb_array_elements($1::jsonb) as e
  ), gone as (delete from dead_letters where id in (select id from ended) returning *)
  insert into settled_letters (${kept}, ended, act_id)
  select ${kept}, ended, $2 from gone join ended using (id)`;

/** What stops the queue now: letter `$3`, its reason, detail, group and cause; those behind it share its group. */
export const regroup = `
  update dead_letters set group_id = $6, cause = $7,
    reason = case when id = $3 then $4 else reason end,
    detail = case when id = $3 then $5 else 'behind number ' || $8::bigint end
  where projection = $1 and aggregate_id = $2 and (id = $3 or reason = 'BEHIND_DEAD_LETTER')`;

export const left = `
  select count(*)::int as left from dead_letters where projection = $1 and aggregate_id = $2`;

const actColumns = `id, projection, aggregate_id, letter_id, verb, actor, reason, payload_before,
  payload_after, report, at`;

export const act = `select ${actColumns} from dead_letter_acts where id = $1`;

export const acts = `
  select ${actColumns} from dead_letter_acts where projection = $1 and aggregate_id = $2
  order by at, id`;

export const insertAct = `
  insert into dead_letter_acts (id, projection, aggregate_id, letter_id, verb, actor, reason,
    payload_before, payload_after, report)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

export interface LetterRow extends LetterRowKey {
  readonly id: string;
  readonly reason: string;
  readonly detail: string;
  /** These three are sealed. */
  readonly payload: unknown;
  readonly headers: unknown;
  readonly edited: unknown;
  readonly edits: number;
  readonly group_id: string;
  readonly cause: string;
  readonly parked_at: Date;
}

/** A dead letter as it was stored, its record byte for byte as read. Throws `CIPHERTEXT_REFUSED`. */
export function letterOf(sealing: LetterSealing, row: LetterRow): DeadLetter {
  const { payload: value, headers } = sealing.open(row, row);
  const edited = sealing.openEdit(row, row.edits, row.edited);
  const letter = clearLetterOf(row, { value, headers });
  return edited === undefined ? letter : { ...letter, edited };
}

/** The same for a list, which one letter that does not open must not stop: that one has no content. */
export function listedLetterOf(sealing: LetterSealing, row: LetterRow): DeadLetter {
  try {
    return letterOf(sealing, row);
  } catch (error) {
    if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
    return { ...clearLetterOf(row, { value: '', headers: {} }), isRefused: true };
  }
}

function clearLetterOf(
  row: LetterRow,
  content: Pick<DeadLetter['record'], 'value' | 'headers'>,
): DeadLetter {
  const { id, projection, topic, partition, detail, cause } = row;
  const record = { topic, partition, offset: row.log_offset, key: row.message_key };
  return {
    ...{ id, projection, aggregateId: row.aggregate_id, seq: Number(row.seq) },
    ...{ reason: row.reason as DeadLetterReason, detail, group: row.group_id, cause },
    record: { ...record, ...content },
    parkedAt: row.parked_at.toISOString(),
  };
}

/** What a letter that is done with has beside. */
export interface SettledColumns {
  readonly settled_at: Date | null;
  readonly ended: LetterEnd | null;
  readonly act_id: string | null;
}
