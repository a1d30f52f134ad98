import { escapeIdentifier } from 'pg';
import type { ClientBase, Pool } from 'pg';
import type { TablesVersion, VersionCell } from '../tables-version';
import { inTransaction, run } from './connection';

/** Qualified names of one world's tables. An instance is a schema of its own, so worlds can share a database. */
export interface Tables {
  readonly schema: string;
  readonly steps: string;
  readonly aggregates: string;
  readonly events: string;
  readonly leases: string;
  /** One row: the version of these tables. */
  readonly version: string;
  /** Channel of the wake-up hints. */
  readonly channel: string;
}

export function tablesOf(instance: string): Tables {
  const schema = instance === '' ? 'public' : `holdfast_${instance}`;
  const named = (table: string) => `${escapeIdentifier(schema)}.${table}`;
  return {
    schema: escapeIdentifier(schema),
    steps: named('step_records'),
    aggregates: named('aggregates'),
    events: named('events'),
    leases: named('slot_leases'),
    version: named('tables_version'),
    channel: `holdfast_events_${instance}`,
  };
}

/** One at a time: `CREATE ... IF NOT EXISTS` is not safe against itself. */
const migrationLock = 4_200_001;

/**
 * Version of the tables below. Raise it with every change of them: code that finds an older one does not start where
 * migrations are switched off. 2: step records keep command, plan and times. 3: events keep what their commit left.
 * 4: content is sealed, and aggregates may carry a mark; nothing older is carried over.
 */
export const tablesVersion = 4;

/** Creates what is missing; later versions only add (expand), and remove a release later (contract). */
export async function migrate(pool: Pool, tables: Tables): Promise<void> {
  await inTransaction(pool, { timeoutMs: 60_000 }, async (client) => {
    await run(client, `SELECT pg_advisory_xact_lock(${migrationLock})`);
    await run(client, statements(tables).join(';\n'));
    await addColumns(client, tables.steps, addedToSteps);
    await addColumns(client, tables.events, addedToEvents);
    await addColumns(client, tables.leases, addedToLeases);
    return { result: undefined, commit: true };
  });
}

/**
 * JSON columns hold one string each, the sealed content. Ids collate by code unit, as they do
 * in the other databases. `ord` is drawn after the aggregate's row is locked, so within one aggregate it follows `seq`.
 */
function statements({ schema, steps, aggregates, events, leases, version }: Tables): string[] {
  return [
    ...(schema === '"public"' ? [] : [`CREATE SCHEMA IF NOT EXISTS ${schema}`]),
    `CREATE TABLE IF NOT EXISTS ${steps} (
      saga_id text NOT NULL, step text NOT NULL,
      state text NOT NULL CONSTRAINT step_records_state_check CHECK (${stateCheck}),
      epoch bigint NOT NULL, run text NOT NULL, input_hash text NOT NULL,
      result json NOT NULL, effect json NOT NULL,
      ${addedToSteps.map(({ name, type }) => `${name} ${type}`).join(', ')},
      PRIMARY KEY (saga_id, step))`,
    admitOpenStates(steps),
    `CREATE TABLE IF NOT EXISTS ${aggregates} (
      id text COLLATE "C" PRIMARY KEY, seq bigint NOT NULL CHECK (seq > 0), state json NOT NULL,
      mark text)`,
    `CREATE TABLE IF NOT EXISTS ${events} (
      aggregate_id text COLLATE "C" NOT NULL, seq bigint NOT NULL CHECK (seq > 0),
      slot integer NOT NULL, ord bigserial NOT NULL,
      type text NOT NULL, schema_version text NOT NULL, time timestamptz(3) NOT NULL,
      data json NOT NULL, content_hash text NOT NULL,
      saga_id text, step text, epoch bigint, direction text,
      correlation_id text, causation_id text, traceparent text,
      ${addedToEvents.map(({ name, type }) => `${name} ${type}`).join(', ')},
      recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), published_at timestamptz,
      PRIMARY KEY (aggregate_id, seq))`,
    `CREATE INDEX IF NOT EXISTS events_unpublished
      ON ${events} (slot, ord) WHERE published_at IS NULL`,
    `CREATE TABLE IF NOT EXISTS ${leases} (
      slot integer PRIMARY KEY, owner text NOT NULL, version bigint NOT NULL,
      ${addedToLeases.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
    versionTable(version),
  ];
}

/** Statement that creates the table of one row which says of what version the others are. */
export function versionTable(name: string): string {
  return `CREATE TABLE IF NOT EXISTS ${name} (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), version integer NOT NULL, oldest integer NOT NULL)`;
}

/** The row of that table; it is there once the tables were migrated. */
export function postgresVersionCell(pool: Pool | ClientBase, name: string): VersionCell {
  return {
    async read() {
      const known = 'SELECT to_regclass($1) IS NOT NULL AS exists';
      const { rows: tables } = await run<{ exists: boolean }>(pool, known, { values: [name] });
      if (tables[0]?.exists !== true) return undefined;
      const { rows } = await run<TablesVersion>(pool, `SELECT version, oldest FROM ${name}`);
      return rows[0];
    },
    async raise({ version, oldest }) {
      await run(
        pool,
        `INSERT INTO ${name} AS t (version, oldest) VALUES ($1, $2) ON CONFLICT (one) DO UPDATE
         SET version = greatest(t.version, $1), oldest = greatest(t.oldest, $2)`,
        { values: [version, oldest] },
      );
    },
  };
}

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Columns the step records got later: nullable, so that old rows and old writers stay as they are. */
const addedToSteps = [
  { name: 'command', type: 'text' },
  { name: 'plan', type: 'json' },
  { name: 'recorded_at', type: 'timestamptz(3)' },
  { name: 'trimmed', type: 'boolean' },
] as const;

/** The same of the events. */
const addedToEvents = [
  { name: 'commit_id', type: 'text' },
  { name: 'step_image', type: 'json' },
] as const;

/** And of the leases: an offset, as text. */
const addedToLeases = [{ name: 'log_end', type: 'text' }] as const;

/** Adds what an older table lacks. Asks first: ALTER TABLE stops every writer, even where it has nothing to do. */
async function addColumns(
  client: ClientBase,
  table: string,
  columns: readonly Column[],
): Promise<void> {
  const { rows } = await run<{ attname: string }>(
    client,
    'SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND NOT attisdropped',
    { values: [table] },
  );
  const present = new Set(rows.map((row) => row.attname));
  const missing = columns.filter(({ name }) => !present.has(name));
  if (missing.length === 0) return;
  const additions = missing.map(({ name, type }) => `ADD COLUMN IF NOT EXISTS ${name} ${type}`);
  await run(client, `ALTER TABLE ${table} ${additions.join(', ')}`);
}

const stateCheck = `state IN
  ('done', 'refused', 'undone', 'tombstone', 'intent', 'cancelling', 'undoing')`;

/** Expands the check of a table that is older than calls to the outside; rows that are there fit the new one. */
function admitOpenStates(steps: string): string {
  return `DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = '${steps}'::regclass
        AND conname = 'step_records_state_check'
        AND pg_get_constraintdef(oid) LIKE '%cancelling%') THEN
      ALTER TABLE ${steps} DROP CONSTRAINT IF EXISTS step_records_state_check,
        ADD CONSTRAINT step_records_state_check CHECK (${stateCheck}) NOT VALID;
    END IF;
  END $$`;
}
