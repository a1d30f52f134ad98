/** Version of the tables since which payloads, headers, edits and acts are sealed. */
export const lettersSealedSince = 4;

/** What every sealed text begins with. */
const sealed = (text: string): string => `starts_with(${text}, 'hf1.')`;
const sealedJson = (column: string): string =>
  `jsonb_typeof(${column}) = 'string' and ${sealed(`${column} #>> '{}'`)}`;

const letterSealed = `${sealed('payload')} and ${sealedJson('headers')}
  and (edited is null or ${sealed('edited')})`;
const actSealed = `${sealed('reason')} and ${sealedJson('report')}
  and (payload_before is null or ${sealed('payload_before')})
  and (payload_after is null or ${sealed('payload_after')})`;

/**
 * The database refuses what was never sealed: code from before stands still there, and loses nothing. Rows that are
 * there are not looked at: whoever reads them refuses them.
 */
export const demandSealed: readonly string[] = [
  ['dead_letters', letterSealed],
  ['settled_letters', letterSealed],
  ['dead_letter_acts', actSealed],
].map(
  ([table, check]) => `do $$ begin
    if not exists (select from pg_constraint
        where conrelid = '${table}'::regclass and conname = '${table}_sealed') then
      alter table ${table} add constraint ${table}_sealed check (${check}) not valid;
    end if;
  end $$`,
);

/**
 * What people do about dead letters. Nothing of it is ever deleted: a letter that is done with moves to
 * `settled_letters` as it was, with the act that ended it, and every act keeps who, when, why and what came of it.
 */
export const letterTables = `
  -- group and cause; absent on letters of older code until they are looked at again
  alter table dead_letters add column if not exists group_id text;
  alter table dead_letters add column if not exists cause text;
  -- what a person put in the place of the payload; the payload stays as it was read
  alter table dead_letters add column if not exists edited text;
  -- how often: no older edit opens beside it
  alter table dead_letters add column if not exists edits integer not null default 0;
  create table if not exists settled_letters (
    id bigint primary key,
    projection text not null,
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    aggregate_id text not null,
    seq bigint not null,
    hash text,
    reason text not null,
    detail text not null,
    message_key text not null,
    payload text not null,
    headers jsonb not null,
    row_keys text[] not null,
    parked_at timestamptz not null,
    copied_at timestamptz,
    group_id text,
    cause text,
    edited text,
    edits integer not null default 0,
    settled_at timestamptz not null default now(),
    ended text not null,
    act_id text not null
  );
  alter table settled_letters add column if not exists edits integer not null default 0;
  create index if not exists settled_letters_uncopied on settled_letters (id)
    where copied_at is null;
  create table if not exists dead_letter_acts (
    id text primary key,
    projection text not null,
    aggregate_id text not null,
    letter_id bigint not null,
    verb text not null,
    actor text not null,
    reason text not null,
    payload_before text,
    payload_after text,
    report jsonb not null,
    at timestamptz not null default clock_timestamp()
  );
  create index if not exists dead_letter_acts_aggregate
    on dead_letter_acts (projection, aggregate_id, at);
`;
