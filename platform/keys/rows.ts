import { inTransaction, openPool, run } from '../outbox/postgres/connection';
import { postgresVersionCell, versionTable } from '../outbox/postgres/schema';
import { versionedTables } from '../outbox/tables-version';
import type { VersionedTables } from '../outbox/tables-version';
import type { Config } from '../runtime/config';
import { postgresOptions } from '../runtime/connections';
import type { Deletion } from './deletion-log';

type Pool = ReturnType<typeof openPool>;
type Client = Parameters<typeof run>[0];

const limits = { transactionMs: 10_000, connectionsMax: 5, migrateMs: 30_000 } as const;

/** Version of the tables below; raise it with every change of them. */
export const keyTablesVersion = 1;

const versionName = 'tables_version';

/** The key store's own tables. Statements are safe to run at every start. */
const keyTables = `
  create table if not exists data_keys (
    number bigint generated always as identity,
    id text primary key,
    purpose text not null,
    wrapped text not null,
    state text not null default 'active' check (state in ('active', 'retired')),
    created_at timestamptz not null default now(),
    -- at least as many as were sealed with it
    messages bigint not null default 0
  );
  create index if not exists data_keys_purpose on data_keys (purpose, number);
  create table if not exists subject_keys (
    subject text primary key,
    id text not null unique,
    wrapped text not null,
    created_at timestamptz not null default now()
  );
  create table if not exists deletions (
    subject text primary key,
    reason text not null,
    by_whom text not null,
    at timestamptz not null
  );
  ${versionTable(versionName)};
`;

/** A data key as it is kept. */
export interface KeyRow {
  readonly id: string;
  readonly purpose: string;
  readonly wrapped: string;
  readonly state: 'active' | 'retired';
  readonly createdAt: Date;
  readonly messages: number;
}

export interface SubjectRow {
  readonly subject: string;
  readonly id: string;
  readonly wrapped: string;
}

/** A key that is wrapped anew: the old text must still be there. */
export interface Rewrapped {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** Wrapped keys and deletions in the database `keys`. Throws the fault `STORE_UNAVAILABLE`. */
export interface KeyRows extends VersionedTables {
  /** Keys of a purpose, or all, the newest last. */
  keys(purpose?: string): Promise<readonly KeyRow[]>;
  /** Adds a key as the newest of its purpose if `over` still is that; else nothing happens. */
  add(key: Pick<KeyRow, 'id' | 'purpose' | 'wrapped'>, over: string | undefined): Promise<void>;
  /** Counts messages by key id; ids of another purpose are left as they are. */
  count(purpose: string, sealed: Readonly<Record<string, number>>): Promise<void>;
  retire(id: string): Promise<void>;
  rewrap(table: 'data_keys' | 'subject_keys', keys: readonly Rewrapped[]): Promise<void>;
  subjects(after: string, limitMax: number): Promise<readonly SubjectRow[]>;
  subjectCount(): Promise<number>;
  subject(subject: string): Promise<SubjectRow | undefined>;
  /** Adds a subject's key unless it has one or was forgotten. */
  addSubject(row: SubjectRow): Promise<void>;
  /** The subject's key goes and the deletion is kept, in one transaction. */
  forget(entry: Deletion): Promise<void>;
  deletions(): Promise<readonly Deletion[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Database of an instance's keys. */
export function keysDatabase(instance: string): string {
  return instance === '' ? 'keys' : `keys_${instance}`;
}

/** Opens the tables as this process; nothing connects before it is used. */
export function openKeyRows(config: Config): KeyRows {
  const options = postgresOptions(config, keysDatabase(config.HOLDFAST_INSTANCE));
  const pool = openPool(Object.assign(options, { max: limits.connectionsMax }));
  return {
    ...tablesIn(pool),
    ...dataKeysIn(pool),
    ...subjectsIn(pool),
    ping: async () => void (await run(pool, 'select 1')),
    close: () => pool.end(),
  };
}

function tablesIn(pool: Pool): VersionedTables {
  return versionedTables({
    version: keyTablesVersion,
    cell: postgresVersionCell(pool, versionName),
    expand: () =>
      locked(
        pool,
        'tables',
        async (client) => void (await run(client, keyTables)),
        limits.migrateMs,
      ),
  });
}

/** One transaction at a time for each thing that is locked. */
function locked<Result>(
  pool: Pool,
  what: string,
  work: (client: Client) => Promise<Result>,
  timeoutMs: number = limits.transactionMs,
): Promise<Result> {
  return inTransaction(pool, { timeoutMs }, async (client) => {
    const sql = 'select pg_advisory_xact_lock(hashtext($1))';
    await run(client, sql, { values: [`holdfast keys ${what}`] });
    return { result: await work(client), commit: true };
  });
}

type DataKeys = Pick<KeyRows, 'keys' | 'add' | 'count' | 'retire' | 'rewrap'>;

function dataKeysIn(pool: Pool): DataKeys {
  return {
    async keys(purpose) {
      const { rows } = await run<Omit<KeyRow, 'messages'> & { messages: string }>(
        pool,
        `select id, purpose, wrapped, state, created_at as "createdAt", messages from data_keys
         where $1::text is null or purpose = $1 order by purpose, number`,
        { values: [purpose ?? null] },
      );
      return rows.map((row) => ({ ...row, messages: Number(row.messages) }));
    },
    add: ({ id, purpose, wrapped }, over) =>
      locked(pool, purpose, async (client) => {
        const sql = 'select id from data_keys where purpose = $1 order by number desc limit 1';
        const { rows } = await run<{ id: string }>(client, sql, { values: [purpose] });
        if (rows[0]?.id !== over) return;
        const insert = 'insert into data_keys (id, purpose, wrapped) values ($1, $2, $3)';
        await run(client, insert, { values: [id, purpose, wrapped] });
      }),
    async count(purpose, sealed) {
      const ids = Object.keys(sealed);
      if (ids.length === 0) return;
      await run(
        pool,
        `update data_keys set messages = messages + told.count
         from unnest($2::text[], $3::bigint[]) as told(id, count)
         where data_keys.id = told.id and purpose = $1`,
        { values: [purpose, ids, Object.values(sealed)] },
      );
    },
    async retire(id) {
      await run(pool, `update data_keys set state = 'retired' where id = $1`, { values: [id] });
    },
    async rewrap(table, keys) {
      await run(
        pool,
        `update ${table} set wrapped = told.next
         from unnest($1::text[], $2::text[], $3::text[]) as told(id, before, next)
         where ${table}.id = told.id and wrapped = told.before`,
        {
          values: [
            keys.map((key) => key.id),
            keys.map((key) => key.from),
            keys.map((key) => key.to),
          ],
        },
      );
    },
  };
}

type Subjects = Omit<KeyRows, keyof DataKeys | keyof VersionedTables | 'ping' | 'close'>;

function subjectsIn(pool: Pool): Subjects {
  const columns = 'select subject, id, wrapped from subject_keys';
  return {
    async subjects(after, limitMax) {
      const sql = `${columns} where subject > $1 order by subject limit $2`;
      return (await run<SubjectRow>(pool, sql, { values: [after, limitMax] })).rows;
    },
    async subjectCount() {
      const { rows } = await run<{ count: string }>(pool, 'select count(*) from subject_keys');
      return Number(rows[0]?.count ?? 0);
    },
    async subject(subject) {
      const sql = `${columns} where subject = $1`;
      return (await run<SubjectRow>(pool, sql, { values: [subject] })).rows[0];
    },
    addSubject: ({ subject, id, wrapped }) =>
      locked(pool, subject, async (client) => {
        const sql = `insert into subject_keys (subject, id, wrapped) select $1::text, $2::text, $3::text
          where not exists (select from deletions where subject = $1) on conflict do nothing`;
        await run(client, sql, { values: [subject, id, wrapped] });
      }),
    forget: ({ subject, reason, by, at }) =>
      locked(pool, subject, async (client) => {
        const sql = `insert into deletions (subject, reason, by_whom, at) values ($1, $2, $3, $4)
          on conflict do nothing`;
        await run(client, sql, { values: [subject, reason, by, at] });
        await run(client, 'delete from subject_keys where subject = $1', { values: [subject] });
      }),
    async deletions() {
      const sql = 'select subject, reason, by_whom as by, at from deletions order by at, subject';
      const { rows } = await run<Omit<Deletion, 'at'> & { at: Date }>(pool, sql);
      return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
    },
  };
}
