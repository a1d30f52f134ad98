import type { PoolConfig } from 'pg';
import type { Vaults } from '../platform/host/hosted-service';
import { consumerName, reactionProjection } from '../platform/reactions/projection';
import type { Reaction } from '../platform/reactions/reaction';
import type { ReactionRecords } from '../platform/reactions/starter';
import { noKeys } from '../platform/host/sealed-store';
import type { TakingOver, VersionedTables } from '../platform/outbox/tables-version';
import type { Config } from '../platform/runtime/config';
import { silentLog } from '../platform/runtime/log';
import type { Log } from '../platform/runtime/log';
import { readCredentials } from '../platform/security/tls';
import { snapshotSealing } from '../projections/history/sealing';
import { letterSealing } from '../projections/letters/sealing';
import { rowSealing } from '../projections/rows/sealing';
import { openStore } from '../projections/store';
import type { ReadModelStore } from '../projections/store';
import { listedOfRecords, recordsIn } from './records';

/** What the reactor keeps: checkpoints, letters and records of its own, which no replay of a read model can reach. */
export interface ReactionStore extends Omit<ReadModelStore, 'migrate' | 'tablesOf'> {
  /** As the read models': letters from before version 4, rows from before 5, are taken over by a person's command. */
  tablesOf(takingOver?: TakingOver): VersionedTables;
  readonly records: ReactionRecords;
  /** Events that happened before this start nothing; empty: all do. Written down when it is asked first. */
  since(reaction: Reaction): Promise<string>;
}

/** Connections of a store that one process uses. */
const connectionsMax = 4;

/** What the records are opened with. */
export interface ReactionStoreOptions {
  readonly reactions: readonly Reaction[];
  readonly keys: Vaults;
  /** Told of records that do not open. */
  readonly log?: Log;
}

/**
 * Opens the reactor's records: a schema of its own in the database of the orchestrator. Nothing connects before it is
 * used. Records are sealed under the purpose `reactions`: they decide what is started.
 */
export function openReactionStore(
  config: Config,
  { reactions, keys, log = silentLog }: ReactionStoreOptions,
): ReactionStore {
  const instance = config.HOLDFAST_INSTANCE;
  const schema = instance === '' ? 'reactions' : `reactions_${instance}`;
  const own = ['reactions', instance] as const;
  const sealing = {
    rows: rowSealing({ vault: keys.vault('reactions'), own }),
    letters: letterSealing({ vault: keys.vault('letters'), own }),
    // Nobody takes snapshots of reactions.
    snapshots: snapshotSealing({ vault: noKeys.vault('read-models'), own }),
  };
  const pool: PoolConfig = {
    host: config.HOLDFAST_POSTGRES_HOST,
    port: config.HOLDFAST_POSTGRES_PORT,
    database: 'sagas',
    user: config.HOLDFAST_NAME,
    // Asked again for every new connection, so that a renewed certificate is used.
    get ssl() {
      return readCredentials(config);
    },
    // Not a search through all schemas: the journal's tables are next door.
    options: `-c search_path=${schema}`,
    max: connectionsMax,
  };
  const store = openStore(pool, sealing, listedOfRecords);
  const tablesOf = (takingOver?: TakingOver): VersionedTables => {
    const tables = store.tablesOf(
      reactions.map((one) => reactionProjection(one, '')),
      takingOver,
    );
    return {
      ...tables,
      async migrate() {
        await createSchema(store, schema);
        await tables.migrate();
        for (const statement of ownTables) await store.ask(statement, []);
      },
    };
  };
  return {
    ...store,
    records: recordsIn(store.ask, {
      sealing: sealing.rows,
      names: reactions.map(consumerName),
      log,
    }),
    since: (reaction) => sinceOf(store, reaction),
    tablesOf,
  };
}

/** Two that start at once both find it missing: the one that comes second is told so, and content. */
async function createSchema({ ask }: ReadModelStore, schema: string): Promise<void> {
  const there = 'select 1 from pg_namespace where nspname = $1';
  if ((await ask(there, [schema])).length > 0) return;
  await ask(`create schema if not exists ${schema}`, []);
}

const ownTables = [
  `create table if not exists reaction_begins (
     reaction text primary key,
     -- what the registry said when it began
     begins text not null,
     -- RFC 3339, or nothing where all events count
     since text not null
   )`,
  // of before rows could be due later
  `drop index if exists reactions_pending`,
  `create index if not exists reactions_due
   on read_rows (coalesce(listed->>'dueAt', listed->>'eventTime'), projection, key)
   where listed->>'state' = 'pending'`,
];

async function sinceOf({ ask }: ReadModelStore, reaction: Reaction): Promise<string> {
  await ask(
    `insert into reaction_begins (reaction, begins, since)
     select $1::text, $2::text, case when $2::text = 'beginning' then ''
       else to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end
     on conflict (reaction) do nothing`,
    [consumerName(reaction), reaction.from],
  );
  const sql = 'select since from reaction_begins where reaction = $1';
  const [row] = await ask<{ since: string }>(sql, [consumerName(reaction)]);
  if (row === undefined) throw new Error(`${reaction.name} has no beginning`);
  return row.since;
}
