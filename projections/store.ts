import type { ClientBase, Pool, PoolConfig } from 'pg';
import { ClaimLost } from '../platform/event-log/projector/store-port';
import type { Claim, ProjectionStore } from '../platform/event-log/projector/store-port';
import type { LetterStore } from '../platform/event-log/letters/port';
import type { Projection } from '../platform/event-log/projector/projection';
import type { Reading } from '../platform/event-log/projector/reading';
import type { Plan } from '../platform/event-log/projector/view';
import { inTransaction, openPool, run } from '../platform/outbox/postgres/connection';
import { postgresVersionCell } from '../platform/outbox/postgres/schema';
import { versionedTables } from '../platform/outbox/tables-version';
import type { VersionedTables } from '../platform/outbox/tables-version';
import type { Config } from '../platform/runtime/config';
import { readCredentials } from '../platform/security/tls';
import { letterStore } from './letters/store';
import { migrations, tablesVersion, versionTableName } from './schema';
import * as sql from './statements';

/** Time limits of a projection's transaction; well below the consumer's session, so that a stuck one cannot lose it. */
const limits = { transactionMs: 3_000, connectionsMax: 6, migrateMs: 30_000 } as const;

/** What may be asked of rows; parameters are `$1`…`$n`. */
export type Ask = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/** Read models in PostgreSQL: written by the projector, read through {@link Ask} by whoever may select. */
export interface ReadModelStore extends ProjectionStore, LetterStore {
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
    maxLifetimeSeconds: 3_600,
  });
}

function openStore(config: PoolConfig): ReadModelStore {
  const pool = openPool(config);
  const ask: Ask = async (text, values) => {
    const { rows } = await run(pool, text, {
      values: [...values],
      timeoutMs: limits.transactionMs,
    });
    return rows as never;
  };
  return {
    ask,
    migrate: (projections) => tablesIn(pool, projections).migrate(),
    tablesOf: (projections) => tablesIn(pool, projections),
    ping: async () => void (await ask('select 1', [])),
    close: () => pool.end(),
    claim: async (projection, { topic, partition }) => {
      const [row] = await ask<{ owner_epoch: string; next_offset: string }>(sql.claim, [
        ...[projection, topic, partition],
      ]);
      const { owner_epoch: ownerEpoch = '', next_offset: offset = '0' } = row ?? {};
      return { projection, topic, partition, ownerEpoch, nextOffset: BigInt(offset) };
    },
    apply: (claim, readings, decide) => apply(pool, { claim, readings, decide }),
    halt: async ({ projection, topic, partition, ownerEpoch }, halt) => {
      const { code = null, detail = null } = halt ?? {};
      await ask(sql.halt, [projection, topic, partition, ownerEpoch, code, detail]);
    },
    noteEnd: async (projection, { topic, partition }, high) => {
      await ask(sql.noteEnd, [projection, topic, partition, high.toString()]);
    },
    ...letterStore(pool),
  };
}

function tablesIn(pool: Pool, projections: readonly Projection[]): VersionedTables {
  return versionedTables({
    version: tablesVersion,
    cell: postgresVersionCell(pool, versionTableName),
    expand: () => migrate(pool, projections),
  });
}

async function migrate(pool: Pool, projections: readonly Projection[]): Promise<void> {
  await inTransaction(pool, { timeoutMs: limits.migrateMs }, async (client) => {
    await run(client, `select pg_advisory_xact_lock(hashtext('holdfast read models'))`);
    for (const statement of migrations(projections)) await run(client, statement);
    return { result: undefined, commit: true };
  });
}

interface Application {
  readonly claim: Claim;
  readonly readings: readonly Reading[];
  readonly decide: Parameters<ProjectionStore['apply']>[2];
}

/** One transaction per call; projections take turns on their own lock, so rows joined from two topics never race. */
async function apply(pool: Pool, { claim, readings, decide }: Application): Promise<Plan> {
  const { projection, topic, partition, ownerEpoch } = claim;
  return inTransaction(pool, { timeoutMs: limits.transactionMs }, async (client) => {
    await run(client, sql.lockProjection, { values: [projection] });
    const values = [projection, topic, partition, ownerEpoch];
    const { rows } = await run<{ next_offset: string }>(client, sql.checkpoint, { values });
    const [checkpoint] = rows;
    if (!checkpoint) throw new ClaimLost(`${projection} lost ${topic}/${partition}`);
    const nextOffset = BigInt(checkpoint.next_offset);
    const plan = decide({ ...(await sql.loadView(client, projection, readings)), nextOffset });
    await sql.writeRows(client, projection, plan);
    await sql.writeLetters(client, projection, plan);
    await advance(client, values, plan);
    return { result: plan, commit: true };
  });
}

async function advance(client: ClientBase, values: unknown[], plan: Plan): Promise<void> {
  const youngest =
    plan.applied
      .map(({ time }) => time)
      .sort()
      .at(-1) ?? null;
  const next = plan.nextOffset.toString();
  await run(client, sql.advance, { values: [...values, next, youngest] });
}
