import type { PoolConfig } from 'pg';
import type { ProjectionStore } from '../platform/event-log/projector/store-port';
import type { SnapshotStore } from '../platform/event-log/history/snapshot-port';
import type { LetterStore } from '../platform/event-log/letters/port';
import type { Projection } from '../platform/event-log/projector/projection';
import type { GenerationStore } from '../platform/event-log/replay/port';
import type { Vaults } from '../platform/host/hosted-service';
import { openPool, run } from '../platform/outbox/postgres/connection';
import type { SealedRows } from '../platform/outbox/sealing';
import type { TakingOver, VersionedTables } from '../platform/outbox/tables-version';
import type { Config } from '../platform/runtime/config';
import { readCredentials } from '../platform/security/tls';
import { liveProjecting } from './generations/projecting';
import { generationStore } from './generations/store';
import { snapshotSealing } from './history/sealing';
import { sealedSnapshots, snapshotStore } from './history/store';
import { postgresSealedLetters } from './letters/sealed-rows';
import { letterSealing } from './letters/sealing';
import { letterStore } from './letters/store';
import { postgresSealedRows } from './rows/sealed-rows';
import { rowSealing } from './rows/sealing';
import type { StoreSealing } from './sealing';
import { liveEra } from './statements';
import { tablesIn } from './tables';

const limits = { askMs: 3_000, connectionsMax: 6 } as const;

/** What may be asked of rows; parameters are `$1`…`$n`. */
export type Ask = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/** Read models in PostgreSQL: written by the projector, read through {@link Ask} by whoever may select. */
export interface ReadModelStore extends ProjectionStore, LetterStore {
  /** Under which keys rows are, letters, and snapshots: `read-models`, `letters`, and `read-models` again. */
  readonly sealedRows: SealedRows;
  readonly sealedLetters: SealedRows;
  readonly sealedSnapshots: SealedRows;
  /** Generations beside the live one, which every other member is about. */
  readonly generations: GenerationStore;
  readonly snapshots: SnapshotStore;
  /** Creates or expands tables and indexes. */
  migrate(projections: readonly Projection[]): Promise<void>;
  /**
   * Tables and indexes of these projections, in versions. To expand tables that have letters of a version before 4, or
   * rows of one before 5, throws `SCHEMA_OUTDATED` unless they are taken over: a person has to say so, or a version
   * that was set back would make plaintext welcome.
   */
  tablesOf(projections: readonly Projection[], takingOver?: TakingOver): VersionedTables;
  readonly ask: Ask;
  /** Era of the generation of a projection that is read. */
  eraOf(projection: string): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Database of an instance's read models. */
export function readModelsDatabase(instance: string): string {
  return instance === '' ? 'readmodels' : `readmodels_${instance}`;
}

/**
 * Opens the database `readmodels` of the instance as this process; nothing connects before it is used. Who has no keys
 * of the purpose `letters` reads and writes everything but letters, and without `read-models` everything but rows and
 * snapshots.
 */
export function openReadModelStore(config: Config, keys: Vaults): ReadModelStore {
  const own = ['readmodels', config.HOLDFAST_INSTANCE] as const;
  const sealing = {
    rows: rowSealing({ vault: keys.vault('read-models'), own }),
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

/**
 * Opens the tables of projections in another database, or another schema of one, than the read models'. `listed` are
 * members that stay in clear of rows whose projection is registered no more, when they are taken over.
 */
export function openStore(
  config: PoolConfig,
  sealing: StoreSealing,
  listed: readonly string[] = [],
): ReadModelStore {
  const pool = openPool(config);
  const tables = (projections: readonly Projection[], takingOver?: TakingOver) =>
    tablesIn({ pool, sealing, takingOver, listed }, projections);
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
    eraOf: async (projection) => {
      const [row] = await ask<{ era: string }>(liveEra, [projection]);
      return Number(row?.era ?? 0);
    },
    ping: async () => void (await ask('select 1', [])),
    close: () => pool.end(),
    generations: generationStore({ pool, sealing }),
    snapshots: snapshotStore(pool, sealing.snapshots),
    ...liveProjecting({ pool, sealing }),
    ...letterStore(pool, sealing),
    sealedRows: postgresSealedRows(pool, sealing.rows),
    sealedLetters: postgresSealedLetters(pool, sealing.letters),
    sealedSnapshots: sealedSnapshots(pool, sealing.snapshots),
  };
}
