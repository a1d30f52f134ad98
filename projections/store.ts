import type { ClientBase, Pool, PoolConfig } from 'pg';
import type { ProjectionStore } from '../platform/event-log/projector/store-port';
import type { SnapshotStore } from '../platform/event-log/history/snapshot-port';
import type { LetterStore } from '../platform/event-log/letters/port';
import type { Projection } from '../platform/event-log/projector/projection';
import type { GenerationStore } from '../platform/event-log/replay/port';
import type { Vaults } from '../platform/host/hosted-service';
import { inTransaction, openPool, run } from '../platform/outbox/postgres/connection';
import { postgresVersionCell } from '../platform/outbox/postgres/schema';
import type { SealedRows } from '../platform/outbox/sealing';
import { TablesError, versionedTables } from '../platform/outbox/tables-version';
import type { VersionedTables } from '../platform/outbox/tables-version';
import type { Config } from '../platform/runtime/config';
import { readCredentials } from '../platform/security/tls';
import { liveProjecting } from './generations/projecting';
import { generationStore } from './generations/store';
import { snapshotSealing } from './history/sealing';
import type { SnapshotSealing } from './history/sealing';
import { sealedSnapshots, snapshotStore } from './history/store';
import { demandSealed, lettersSealedSince } from './letters/schema';
import { hasLetters, postgresSealedLetters, sealPlainLetters } from './letters/sealed-rows';
import { letterSealing } from './letters/sealing';
import type { LetterSealing } from './letters/sealing';
import { letterStore } from './letters/store';
import { migrations, outdatedIndexes, tablesVersion, versionTableName } from './schema';

/** A migration may have to build an index over every row there is. */
const limits = { askMs: 3_000, connectionsMax: 6, migrateMs: 300_000 } as const;

/** What may be asked of rows; parameters are `$1`…`$n`. */
export type Ask = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/** What a person's command brings along to change tables with. */
export interface TakingOver {
  /** Waits for keys: letters from before they were sealed are sealed then. Without it their tables are left alone. */
  readonly ready: () => Promise<void>;
}

/** Read models in PostgreSQL: written by the projector, read through {@link Ask} by whoever may select. */
export interface ReadModelStore extends ProjectionStore, LetterStore {
  /** Under which keys letters are, and snapshots: `letters` and `read-models`. */
  readonly sealedLetters: SealedRows;
  readonly sealedSnapshots: SealedRows;
  /** Generations beside the live one, which every other member is about. */
  readonly generations: GenerationStore;
  readonly snapshots: SnapshotStore;
  /** Creates or expands tables and indexes. */
  migrate(projections: readonly Projection[]): Promise<void>;
  /**
   * Tables and indexes of these projections, in versions. To expand tables that have letters of a version before 4
   * throws `SCHEMA_OUTDATED` unless they are taken over: a person has to say so, or a version that was set back would
   * make plaintext welcome.
   */
  tablesOf(projections: readonly Projection[], takingOver?: TakingOver): VersionedTables;
  readonly ask: Ask;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** What seals the content of a store. */
export interface StoreSealing {
  readonly letters: LetterSealing;
  readonly snapshots: SnapshotSealing;
}

/** Database of an instance's read models. */
export function readModelsDatabase(instance: string): string {
  return instance === '' ? 'readmodels' : `readmodels_${instance}`;
}

/**
 * Opens the database `readmodels` of the instance as this process; nothing connects before it is used. Who has no keys
 * of the purpose `letters` reads and writes everything but letters, and without `read-models` everything but snapshots.
 */
export function openReadModelStore(config: Config, keys: Vaults): ReadModelStore {
  const own = ['readmodels', config.HOLDFAST_INSTANCE] as const;
  const sealing = {
    letters: letterSealing({ vault: keys.vault('letters'), own }),
    snapshots: snapshotSealing({ vault: keys.vault('read-models'), own }),
  };
  const pool: PoolConfig = {
    host: config.HOLDFAST_POSTGRES_HOST,
    port: config.HOLDFAST_POSTGRES_PORT,
    database: readModelsDatabase(config.HOLDFAST_INSTANCE),
    user: config.HOLDFAST_NAME,
    // Asked again for every new connection, so that a renewed certificate is used.
    get ssl() {
      return readCredentials(config);
    },
    max: limits.connectionsMax,
  };
  return openStore(pool, sealing);
}

/** Opens the tables of projections in another database, or another schema of one, than the read models'. */
export function openStore(
  config: PoolConfig,
  { letters: sealing, snapshots }: StoreSealing,
): ReadModelStore {
  const pool = openPool(config);
  const tables = (projections: readonly Projection[], takingOver?: TakingOver) =>
    tablesIn({ pool, sealing, takingOver }, projections);
  const ask: Ask = async (text, values) => {
    const { rows } = await run(pool, text, {
      values: [...values],
      timeoutMs: limits.askMs,
    });
    return rows as never;
  };
  return {
    ask,
    migrate: (projections) => tables(projections).migrate(),
    tablesOf: tables,
    ping: async () => void (await ask('select 1', [])),
    close: () => pool.end(),
    generations: generationStore({ pool, sealing }),
    snapshots: snapshotStore(pool, snapshots),
    ...liveProjecting(pool, sealing),
    ...letterStore(pool, sealing),
    sealedLetters: postgresSealedLetters(pool, sealing),
    sealedSnapshots: sealedSnapshots(pool, snapshots),
  };
}

interface TableParts {
  readonly pool: Pool;
  readonly sealing: LetterSealing;
  readonly takingOver: TakingOver | undefined;
}

function tablesIn(parts: TableParts, projections: readonly Projection[]): VersionedTables {
  const { pool } = parts;
  return versionedTables({
    version: tablesVersion,
    oldest: lettersSealedSince,
    cell: postgresVersionCell(pool, versionTableName),
    expand: () => migrate(parts, projections),
  });
}

/** The version is raised together with what it says: two that start at once seal once. */
async function migrate(parts: TableParts, projections: readonly Projection[]): Promise<void> {
  await inTransaction(parts.pool, { timeoutMs: limits.migrateMs }, async (client) => {
    await run(client, `select pg_advisory_xact_lock(hashtext('holdfast read models'))`);
    for (const statement of migrations(projections)) await run(client, statement);
    await leaveBehind(client, parts, projections);
    for (const statement of demandSealed) await run(client, statement);
    return { result: undefined, commit: true };
  });
}

/**
 * What is there from before version 4, whose code cannot work with these tables any more: indexes that only it needed
 * and snapshots, a cache, go; letters are sealed.
 */
async function leaveBehind(
  client: ClientBase,
  { sealing, takingOver }: TableParts,
  projections: readonly Projection[],
): Promise<void> {
  const cell = postgresVersionCell(client, versionTableName);
  const version = (await cell.read())?.version ?? 0;
  if (version < lettersSealedSince) {
    for (const statement of outdatedIndexes(projections)) await run(client, statement);
    await run(client, 'delete from snapshots');
  }
  if (version < lettersSealedSince && (await hasLetters(client))) {
    if (takingOver === undefined) {
      const cause = `dead letters of version ${version} are not sealed`;
      throw new TablesError('SCHEMA_OUTDATED', cause, 'run holdfast migrate');
    }
    await takingOver.ready();
    await sealPlainLetters(client, sealing);
  }
  await cell.raise({ version: tablesVersion, oldest: lettersSealedSince });
}
