import type { Pool, PoolConfig } from 'pg';
import type { ProjectionStore } from '../platform/event-log/projector/store-port';
import type { SnapshotStore } from '../platform/event-log/history/snapshot-port';
import type { LetterStore } from '../platform/event-log/letters/port';
import type { Projection } from '../platform/event-log/projector/projection';
import type { GenerationStore } from '../platform/event-log/replay/port';
import { inTransaction, openPool, run } from '../platform/outbox/postgres/connection';
import { postgresVersionCell } from '../platform/outbox/postgres/schema';
import { versionedTables } from '../platform/outbox/tables-version';
import type { VersionedTables } from '../platform/outbox/tables-version';
import type { Config } from '../platform/runtime/config';
import { readCredentials } from '../platform/security/tls';
import { liveProjecting } from './generations/projecting';
import { generationStore } from './generations/store';
import { snapshotStore } from './history/store';
import { letterStore } from './letters/store';
import { migrations, outdatedIndexes, tablesVersion, versionTableName } from './schema';

/** A migration may have to build an index over every row there is. */
const limits = { askMs: 3_000, connectionsMax: 6, migrateMs: 300_000 } as const;

/** What may be asked of rows; parameters are `$1`…`$n`. */
export type Ask = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/** Read models in PostgreSQL: written by the projector, read through {@link Ask} by whoever may select. */
export interface ReadModelStore extends ProjectionStore, LetterStore {
  /** Generations beside the live one, which every other member is about. */
  readonly generations: GenerationStore;
  readonly snapshots: SnapshotStore;
  /** Creates or expands tables and indexes. */
  migrate(projections: readonly Projection[]): Promise<void>;
  /** Tables and indexes of these projections, in versions. */
  tablesOf(projections: readonly Projection[]): VersionedTables;
  readonly ask: Ask;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Database of an instance's read models. */
export function readModelsDatabase(instance: string): string {
  return instance === '' ? 'readmodels' : `readmodels_${instance}`;
}

/** Opens the database `readmodels` of the instance as this process; nothing connects before it is used. */
export function openReadModelStore(config: Config): ReadModelStore {
  return openStore({
    host: config.HOLDFAST_POSTGRES_HOST,
    port: config.HOLDFAST_POSTGRES_PORT,
    database: readModelsDatabase(config.HOLDFAST_INSTANCE),
    user: config.HOLDFAST_NAME,
    // Asked again for every new connection, so that a renewed certificate is used.
    get ssl() {
      return readCredentials(config);
    },
    max: limits.connectionsMax,
  });
}

/** Opens the tables of projections in another database, or another schema of one, than the read models'. */
export function openStore(config: PoolConfig): ReadModelStore {
  const pool = openPool(config);
  const ask: Ask = async (text, values) => {
    const { rows } = await run(pool, text, {
      values: [...values],
      timeoutMs: limits.askMs,
    });
    return rows as never;
  };
  return {
    ask,
    migrate: (projections) => tablesIn(pool, projections).migrate(),
    tablesOf: (projections) => tablesIn(pool, projections),
    ping: async () => void (await ask('select 1', [])),
    close: () => pool.end(),
    generations: generationStore(pool),
    snapshots: snapshotStore(pool),
    ...liveProjecting(pool),
    ...letterStore(pool),
  };
}

function tablesIn(pool: Pool, projections: readonly Projection[]): VersionedTables {
  return versionedTables({
    version: tablesVersion,
    cell: postgresVersionCell(pool, versionTableName),
    expand: () => migrate(pool, projections),
    contractions: [
      {
        ...{ version: 3, drops: 'indexes read_rows_*, which know one generation' },
        async apply() {
          for (const statement of outdatedIndexes(projections)) await run(pool, statement);
        },
      },
    ],
  });
}

async function migrate(pool: Pool, projections: readonly Projection[]): Promise<void> {
  await inTransaction(pool, { timeoutMs: limits.migrateMs }, async (client) => {
    await run(client, `select pg_advisory_xact_lock(hashtext('holdfast read models'))`);
    for (const statement of migrations(projections)) await run(client, statement);
    return { result: undefined, commit: true };
  });
}
