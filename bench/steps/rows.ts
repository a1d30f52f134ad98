import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import type { Config } from '../../platform/runtime/config';
import { postgresOptions } from '../../platform/runtime/connections';

/** As many as a Holdfast process opens. */
export const connectionsMax = 10;

/** The database everybody's steps are in; see `holdfast/row-contract.ts` for why it is this one. */
export const database = 'payments';

const tables = `
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.rows (
  saga text NOT NULL, step int NOT NULL, undone boolean NOT NULL DEFAULT false, PRIMARY KEY (saga, step));
CREATE TABLE IF NOT EXISTS bench.journal (
  saga text NOT NULL, seq int NOT NULL, what text NOT NULL, PRIMARY KEY (saga, seq));
CREATE TABLE IF NOT EXISTS bench.records (
  saga text NOT NULL, step int NOT NULL, state text NOT NULL, PRIMARY KEY (saga, step));
CREATE TABLE IF NOT EXISTS bench.events (
  saga text NOT NULL, step int NOT NULL, seq int NOT NULL, type text NOT NULL, data jsonb NOT NULL,
  time timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (saga, step, seq));`;

/**
 * What a step writes beside its row where it is to be like a participant of Holdfast: the record by which a second try
 * is known, and the event that tells others. In the statement of the row, so that it costs no round trip.
 */
const recorded = {
  add: `WITH record AS (INSERT INTO bench.records VALUES ($1, $2, 'done')),
    event AS (INSERT INTO bench.events
      VALUES ($1, $2, 1, 'row.added', jsonb_build_object('rowId', $1::text || '.' || $2)))
    INSERT INTO bench.rows (saga, step) VALUES ($1, $2)`,
  refuse: `INSERT INTO bench.records VALUES ($1, 3, 'refused') ON CONFLICT DO NOTHING`,
  undo: `WITH record AS (UPDATE bench.records SET state = 'undone' WHERE saga = $1 AND step = $2),
    event AS (INSERT INTO bench.events
      VALUES ($1, $2, 2, 'row.removed', jsonb_build_object('rowId', $1::text || '.' || $2)))
    UPDATE bench.rows SET undone = true WHERE saga = $1 AND step = $2`,
} as const;

const plain = {
  add: 'INSERT INTO bench.rows (saga, step) VALUES ($1, $2)',
  refuse: 'SELECT undone FROM bench.rows WHERE saga = $1 AND step = 3',
  undo: 'UPDATE bench.rows SET undone = true WHERE saga = $1 AND step = $2',
} as const;

/** How many rows sagas whose ids begin with one prefix have left; records and events where steps write them. */
export interface RowCount {
  readonly rows: number;
  readonly undone: number;
  readonly records?: number;
  readonly events?: number;
}

/** The steps every variant has: a row each, in a transaction each, over mutual TLS. */
export interface Steps {
  /** Each step writes its record and its event as well. */
  readonly isRecorded: boolean;
  /** Makes the tables. */
  prepare(): Promise<void>;
  /** One step; in a journal too where `seq` tells its place there. */
  add(saga: string, step: number, seq?: number): Promise<void>;
  /** A step that looks and says no. */
  refuse(saga: string, seq?: number): Promise<void>;
  undo(saga: string, step: number, seq?: number): Promise<void>;
  count(prefix: string): Promise<RowCount>;
  /** Any one-row question about the database, for whoever counts what others have written. */
  ask<Row extends object>(sql: string, values: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

const recordedVariable = 'BENCH_RECORDED';

/** Environment of a process that opens the same steps for itself. */
export const asSteps = ({ isRecorded }: Pick<Steps, 'isRecorded'>): Record<string, string> =>
  isRecorded ? { [recordedVariable]: 'yes' } : {};

/** Opens the database as the process of this configuration. Connects at the first step. */
export function openSteps(
  config: Config,
  isRecorded: boolean = process.env[recordedVariable] === 'yes',
): Steps {
  const pool = new Pool({ ...postgresOptions(config, database), max: connectionsMax });
  pool.on('error', () => undefined); // the next statement says so
  const transact = transactionsOn(pool);
  const texts = isRecorded ? recorded : plain;
  return {
    isRecorded,
    prepare: async () => void (await pool.query(tables)),
    add: (saga, step, seq) =>
      transact(async (client) => {
        await client.query(texts.add, [saga, step]);
        await note(client, { saga, seq, what: `done ${step}` });
      }),
    refuse: (saga, seq) =>
      transact(async (client) => {
        await client.query(texts.refuse, [saga]);
        await note(client, { saga, seq, what: 'refused' });
      }),
    undo: (saga, step, seq) =>
      transact(async (client) => {
        await client.query(texts.undo, [saga, step]);
        await note(client, { saga, seq, what: `undone ${step}` });
      }),
    count: (prefix) => count(pool, prefix, isRecorded),
    ask: async <Row extends object>(sql: string, values: readonly unknown[]) =>
      (await pool.query<Row>(sql, [...values])).rows,
    close: () => pool.end(),
  };
}

async function count(pool: Pool, prefix: string, isRecorded: boolean): Promise<RowCount> {
  const { rows } = await pool.query<Required<RowCount>>(
    `SELECT count(*)::int AS rows, (count(*) FILTER (WHERE undone))::int AS undone,
       (SELECT count(*)::int FROM bench.records WHERE starts_with(saga, $1)) AS records,
       (SELECT count(*)::int FROM bench.events WHERE starts_with(saga, $1)) AS events
     FROM bench.rows WHERE starts_with(saga, $1)`,
    [prefix],
  );
  const { rows: left = 0, undone = 0, records = 0, events = 0 } = rows[0] ?? {};
  return { rows: left, undone, ...(isRecorded ? { records, events } : {}) };
}

async function note(
  client: PoolClient,
  { saga, seq, what }: { saga: string; seq: number | undefined; what: string },
): Promise<void> {
  if (seq === undefined) return;
  const values = [saga, seq, what];
  await client.query('INSERT INTO bench.journal (saga, seq, what) VALUES ($1, $2, $3)', values);
}

function transactionsOn(pool: Pool) {
  return async (work: (client: PoolClient) => Promise<void>): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true); // its transaction ends with the connection
      throw error;
    }
  };
}
