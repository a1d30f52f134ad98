import {
  demandOfRows,
  isSealed,
  isSealedJson,
} from '../../platform/outbox/postgres/sealed-columns';

/** Version of the tables since which payloads, headers, edits and acts are sealed. */
export const lettersSealedSince = 4;

const letterSealed = `${isSealed('payload')} and ${isSealedJson('headers', 'jsonb')}
  and (edited is null or ${isSealed('edited')})`;
const actSealed = `${isSealed('reason')} and ${isSealedJson('report', 'jsonb')}
  and (payload_before is null or ${isSealed('payload_before')})
  and (payload_after is null or ${isSealed('payload_after')})`;

/** The database refuses what was never sealed: code from before stands still there, and loses nothing. */
export const demandSealed: readonly string[] = [
  demandOfRows('dead_letters', letterSealed),
  demandOfRows('settled_letters', letterSealed),
  demandOfRows('dead_letter_acts', actSealed),
];

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
