import type { Generation, GenerationState } from '../../platform/event-log/replay/port';
import { liveName } from './names';

/** A lock of the session: who replays has it until the connection ends. */
export const tryHold = `select pg_try_advisory_lock(hashtextextended($1, 4712)) as held`;
export const letGo = `select pg_advisory_unlock(hashtextextended($1, 4712))`;

const columns = `projection, number, name, state, fold, started_at, switched_at`;

export const generations = `
  select ${columns} from generations where projection = $1 and state <> 'dropped' order by number`;

export const droppedNames = `
  select name from generations where projection = $1 and state = 'dropped' order by number`;

/** `$2` is the code it is folded with; the name follows from the number. */
export const insertBuilding = `
  insert into generations (projection, number, name, state, fold)
  select $1, max(number) + 1, $1 || '#' || max(number) + 1, 'building', $2
  from generations where projection = $1
  returning ${columns}`;

/** Moves generation `$2` of `$1` from state `$3` to `$4`. */
export const setState = `
  update generations set state = $4, switched_at = now()
  where projection = $1 and number = $2 and state = $3`;

export const places = `
  select topic, partition, next_offset from checkpoints where projection = $1
  order by topic, partition`;

export const livePlaces = `
  select topic, partition, next_offset from live_checkpoints where projection = $1
  order by topic, partition`;

/** A few thousand rows of a dropped generation at a time, so that nobody waits for it. */
export const deleteSome = (table: string): string => `
  delete from ${table} where ctid = any(array(
    select ctid from ${table} where projection = $1 limit 10000))`;

/** Everything a generation consists of. Letters that are done with and acts stay for good. */
export const ownTables = [
  'read_rows',
  'applied_events',
  'aggregate_positions',
  'dead_letters',
  'checkpoints',
] as const;

/** A row as JSON, or null. */
const sealedRow = (row: string): string =>
  `case when ${row}.key is not null then jsonb_build_object(${[
    'projection',
    'key',
    'listed',
    'sources',
    'as_of',
    'sealed',
  ]
    .map((name) => `'${name}', ${row}.${name}`)
    .join(', ')}) end`;

/**
 * Keys drawn from both sides by their hash, and for each whether both sides have applied the same events of every
 * aggregate in either row: only then must the rows be the same. One statement, one snapshot. `$1` projection, `$2`
 * generation, `$3` keys of each side, `$4` what the drawing depends on.
 */
export const compare = `
  with live as (select ${liveName('$1::text')} as name),
  drawn as (
    (select key from read_rows where projection = (select name from live)
      order by hashtextextended(key, $4::bigint) limit $3)
    union
    (select key from read_rows where projection = $2
      order by hashtextextended(key, $4::bigint) limit $3)
  ),
  pairs as (
    select d.key, ${sealedRow('l')} as live, ${sealedRow('o')} as other,
      coalesce(l.sources, '{}') || coalesce(o.sources, '{}') as sources
    from drawn d
    left join read_rows l on l.projection = (select name from live) and l.key = d.key
    left join read_rows o on o.projection = $2 and o.key = d.key
  )
  select key, live, other, not exists (
    select from unnest(sources) as source
    left join aggregate_positions a
      on a.projection = (select name from live) and a.aggregate_id = source
    left join aggregate_positions b on b.projection = $2 and b.aggregate_id = source
    where a.last_seq is distinct from b.last_seq or a.last_hash is distinct from b.last_hash
  ) as together
  from pairs order by key`;

export const countRows = `
  select (select count(*) from read_rows where projection = ${liveName('$1::text')})::int as live,
    (select count(*) from read_rows where projection = $2)::int as other`;

/** Letters of the generation `$2` that wait at no place of the live one of `$1`. */
export const newLetters = `
  select o.topic, o.partition, o.log_offset, o.aggregate_id, o.seq, o.reason, o.detail,
    count(*) over ()::int as count
  from dead_letters o
  where o.projection = $2 and not exists (
    select from dead_letters l where l.projection = ${liveName('$1::text')}
    and l.topic = o.topic and l.partition = o.partition and l.log_offset = o.log_offset)
  order by o.id limit $3`;

export interface GenerationRow {
  readonly projection: string;
  readonly number: number;
  readonly name: string;
  readonly state: GenerationState;
  readonly fold: string | null;
  readonly started_at: Date;
  readonly switched_at: Date | null;
}

export function generationOf(row: GenerationRow): Generation {
  const { projection, number, name, state, fold, started_at: started, switched_at: at } = row;
  return {
    ...{ projection, number, name, state, startedAt: started.toISOString() },
    ...(fold === null ? {} : { fold }),
    ...(at === null ? {} : { switchedAt: at.toISOString() }),
  };
}
