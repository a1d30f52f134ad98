import { versionTable } from '../platform/outbox/postgres/schema';
import { projectionExpression } from './generations/names';
import { generationTables, liveViews } from './generations/schema';
import { snapshotTables } from './history/schema';
import { letterTables } from './letters/schema';
import { rowTables } from './rows/schema';
import type { Projection } from '../platform/event-log/projector/projection';

/**
 * Version of the tables below; raise it with every change of them. A new projection's index is no change. 3: indexes
 * know generations. 4: dead letters are sealed. 5: rows are.
 */
export const tablesVersion = 5;

export const versionTableName = 'tables_version';

/**
 * The tables behind every read model; `projection` is the name of a generation. Checkpoint, positions and rows of one
 * change together, so what stands here is always exactly the fold of the log up to `next_offset`.
 */
const tables = `
  create table if not exists checkpoints (
    projection text not null,
    topic text not null,
    partition integer not null,
    next_offset bigint not null default 0,
    -- grows with every owner; who holds an older one can write no more
    owner_epoch bigint not null default 0,
    log_end bigint not null default 0,
    -- business time of the youngest event applied here
    event_time timestamptz,
    updated_at timestamptz not null default now(),
    halt_code text,
    halt_detail text,
    halted_at timestamptz,
    primary key (projection, topic, partition)
  );
  create table if not exists aggregate_positions (
    projection text not null,
    aggregate_id text not null,
    last_seq bigint not null,
    last_hash text not null,
    primary key (projection, aggregate_id)
  );
  -- every event's hash, for good: an old number with another content is a forked history at once
  create table if not exists applied_events (
    projection text not null,
    aggregate_id text not null,
    seq bigint not null,
    hash text not null,
    primary key (projection, aggregate_id, seq)
  );
  create table if not exists dead_letters (
    id bigint generated always as identity primary key,
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
    parked_at timestamptz not null default now(),
    copied_at timestamptz,
    unique (projection, topic, partition, log_offset)
  );
  create index if not exists dead_letters_aggregate on dead_letters (projection, aggregate_id, seq);
  create index if not exists dead_letters_uncopied on dead_letters (id) where copied_at is null;
`;

/** Statements that create what is missing; safe to run at every start and concurrently. */
export function migrations(projections: readonly Projection[]): readonly string[] {
  return [
    ...[
      tables,
      rowTables,
      letterTables,
      generationTables,
      liveViews,
      snapshotTables,
      versionTable(versionTableName),
    ],
    ...projections.flatMap(({ name }) => firstGeneration(name)),
    ...projections.flatMap(indexesOf),
  ];
}

/** What version 2 had and this code does without: indexes that knew one generation only. */
export function outdatedIndexes(projections: readonly Projection[]): readonly string[] {
  return projections.flatMap(({ name, listBy }) =>
    [undefined, ...listBy].map(
      (member) => `drop index if exists read_rows_${wordOf(name, member)}`,
    ),
  );
}

/** A projection's own name is that of its first generation; also for one that was there before generations were. */
function firstGeneration(name: string): string[] {
  demandName(name, /^[a-z][a-z-]{0,30}$/);
  return [
    `insert into generations (projection, number, name, state) values ('${name}', 1, '${name}', 'live')
     on conflict do nothing`,
  ];
}

function wordOf(name: string, member: string | undefined): string {
  return `${name}_${member ?? 'all'}`.replaceAll('-', '_').toLowerCase();
}

/** One index serves every generation: the generation is its first column. */
function indexesOf({ name, listBy, orderBy }: Projection): string[] {
  return [undefined, ...listBy].map((member) => {
    const filter = member === undefined ? '' : `${expressionOf(member)}, `;
    return `create index if not exists rows_of_${wordOf(name, member)} on read_rows
      (projection, ${filter}${expressionOf(orderBy)} desc, key desc)
      where ${projectionExpression('projection')} = '${name}'`;
  });
}

/** SQL for a member of a row that stands in clear, as text; absent members order as the empty text. */
export function expressionOf(member: string): string {
  demandName(member, /^[a-zA-Z][a-zA-Z0-9]{0,40}$/);
  return `(coalesce(listed->>'${member}', '') collate "C")`;
}

function demandName(name: string, pattern: RegExp): void {
  if (!pattern.test(name)) throw new Error(`"${name}" cannot name a projection or its member`);
}
