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
  saga text NOT NULL, seq int NOT NULL, what text NOT NULL, PRIMARY KEY (saga, seq));`;

/** How many rows sagas whose ids begin with one prefix have left. */
export interface RowCount {
  readonly rows: number;
  readonly undone: number;
}

/** The steps every variant has: a row each, in a transaction each, over mutual TLS. */
export interface Steps {
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

/** Opens the database as the process of this configuration. Connects at the first step. */
export function openSteps(config: Config): Steps {
  const pool = new Pool({ ...postgresOptions(config, database), max: connectionsMax });
  pool.on('error', () => undefined); // the next statement says so
  const transact = transactionsOn(pool);
  return {
    prepare: async () => void (await pool.query(tables)),
    add: (saga, step, seq) =>
      transact(async (client) => {
        await client.query('INSERT INTO bench.rows (saga, step) VALUES ($1, $2)', [saga, step]);
        await note(client, { saga, seq, what: `done ${step}` });
      }),
    refuse: (saga, seq) =>
      transact(async (client) => {
        await client.query('SELECT undone FROM bench.rows WHERE saga = $1 AND step = 3', [saga]);
        await note(client, { saga, seq, what: 'refused' });
      }),
    undo: (saga, step, seq) =>
      transact(async (client) => {
        await client.query('UPDATE bench.rows SET undone = true WHERE saga = $1 AND step = $2', [
          ...[saga, step],
        ]);
        await note(client, { saga, seq, what: `undone ${step}` });
      }),
    async count(prefix) {
      const { rows } = await pool.query<{ rows: number; undone: number }>(
        `SELECT count(*)::int AS rows, (count(*) FILTER (WHERE undone))::int AS undone
         FROM bench.rows WHERE starts_with(saga, $1)`,
        [prefix],
      );
      return rows[0] ?? { rows: 0, undone: 0 };
    },
    ask: async <Row extends object>(sql: string, values: readonly unknown[]) =>
      (await pool.query<Row>(sql, [...values])).rows,
    close: () => pool.end(),
  };
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
