import { Client } from 'pg';
import type { Config } from '../../platform/runtime/config';
import { postgresOptions } from '../../platform/runtime/connections';

/** A row of the sagas' read model as it stands: sealed, and what is clear of it. */
export interface RawReadRow {
  readonly key: string;
  readonly sealed: string;
  readonly listed: { readonly state?: string; readonly startedAt?: string };
  /** Nobody has written it for some seconds. */
  readonly isStill: boolean;
}

/** Rows of a read model as who owns their database sees them, past projector and gateway. */
export interface RawReadRows {
  /** The row of a workflow id, by what is clear; undefined where there is none. */
  find(workflowId: string): Promise<RawReadRow | undefined>;
  setSealed(key: string, value: string): Promise<void>;
  close(): Promise<void>;
}

const live = `projection = (select name from generations
  where projection = 'saga-timeline' and state = 'live')`;

const byWorkflow = `select key, sealed, listed, updated_at < now() - interval '3 seconds' as "isStill"
  from read_rows where ${live} and listed->>'workflowId' = $1`;

/** Opens the read models' database and takes away what refuses plaintext there; closing puts it back. */
export async function rawReadRows(config: Config): Promise<RawReadRows> {
  const client = new Client(postgresOptions(config, 'readmodels'));
  await client.connect();
  const known = `select pg_get_constraintdef(oid) as text from pg_constraint
    where conname = 'read_rows_sealed' and conrelid = 'read_rows'::regclass`;
  const [check] = (await client.query<{ text: string }>(known)).rows;
  await client.query('alter table read_rows drop constraint if exists read_rows_sealed');
  return {
    async find(workflowId) {
      return (await client.query<RawReadRow>(byWorkflow, [workflowId])).rows[0];
    },
    async setSealed(key, value) {
      const text = `update read_rows set sealed = $2 where ${live} and key = $1`;
      const { rowCount } = await client.query(text, [key, value]);
      if (rowCount !== 1) throw new Error(`${rowCount ?? 0} rows have the key ${key}`);
    },
    async close() {
      if (check) {
        const again = `alter table read_rows add constraint read_rows_sealed ${check.text}`;
        await client.query(again);
      }
      await client.end();
    },
  };
}
