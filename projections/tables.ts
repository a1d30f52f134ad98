import type { ClientBase, Pool } from 'pg';
import { listedMembers } from '../platform/event-log/projector/projection';
import type { Projection } from '../platform/event-log/projector/projection';
import { inTransaction, run } from '../platform/outbox/postgres/connection';
import { postgresVersionCell } from '../platform/outbox/postgres/schema';
import { TablesError, versionedTables } from '../platform/outbox/tables-version';
import type { TakingOver, VersionedTables } from '../platform/outbox/tables-version';
import { projectionOf } from './generations/names';
import { demandSealed, lettersSealedSince } from './letters/schema';
import { hasLetters, sealPlainLetters } from './letters/sealed-rows';
import { demandSealedRows, rowsSealedSince } from './rows/schema';
import { hasPlainRows, hasRowsOfBefore, sealPlainRows } from './rows/sealed-rows';
import { migrations, outdatedIndexes, tablesVersion, versionTableName } from './schema';
import type { StoreSealing } from './sealing';

/** A migration may have to build an index over every row there is; a person's may have to seal each of them. */
const limits = { migrateMs: 300_000, takeOverMs: 3_600_000 } as const;

/** Tables of one store, and what their content is sealed with. */
export interface TableParts {
  readonly pool: Pool;
  readonly sealing: Pick<StoreSealing, 'rows' | 'letters'>;
  readonly takingOver: TakingOver | undefined;
  /** Members that stay in clear of rows whose projection is not among the registered ones. */
  readonly listed: readonly string[];
}

/** Tables and indexes of these projections, in versions. */
export function tablesIn(parts: TableParts, projections: readonly Projection[]): VersionedTables {
  const { pool } = parts;
  return versionedTables({
    version: tablesVersion,
    oldest: rowsSealedSince,
    cell: postgresVersionCell(pool, versionTableName),
    expand: () => migrate(parts, projections),
  });
}

/** The version is raised together with what it says: two that start at once seal once. */
async function migrate(parts: TableParts, projections: readonly Projection[]): Promise<void> {
  if (parts.takingOver === undefined) await demandTakenOver(parts);
  const timeoutMs = parts.takingOver === undefined ? limits.migrateMs : limits.takeOverMs;
  await inTransaction(parts.pool, { timeoutMs }, async (client) => {
    await run(client, `select pg_advisory_xact_lock(hashtext('holdfast read models'))`);
    for (const statement of migrations(projections)) await run(client, statement);
    await leaveBehind(client, parts, projections);
    for (const statement of demandSealed) await run(client, statement);
    await run(client, demandSealedRows);
    return { result: undefined, commit: true };
  });
}

/**
 * What is there from before versions 4 and 5, whose code cannot work with these tables any more: indexes that only it
 * needed and snapshots, a cache, go; letters and rows are sealed.
 */
async function leaveBehind(
  client: ClientBase,
  parts: TableParts,
  projections: readonly Projection[],
): Promise<void> {
  const cell = postgresVersionCell(client, versionTableName);
  const version = (await cell.read())?.version ?? 0;
  if (version < lettersSealedSince) {
    for (const statement of outdatedIndexes(projections)) await run(client, statement);
    await run(client, 'delete from snapshots');
  }
  if (version < lettersSealedSince && (await hasLetters(client))) {
    await demandPerson(parts, `dead letters of version ${version}`);
    await sealPlainLetters(client, parts.sealing.letters);
  }
  if (version < rowsSealedSince && (await hasPlainRows(client))) {
    await demandPerson(parts, `rows of version ${version}`);
    await sealPlainRows(client, parts.sealing.rows, listedIn(projections, parts.listed));
  }
  await cell.raise({ version: tablesVersion, oldest: rowsSealedSince });
}

/**
 * Found out before anything is locked: a process that waits for a person looks every few seconds, beside whoever still
 * works with these tables.
 */
async function demandTakenOver(parts: TableParts): Promise<void> {
  const { pool } = parts;
  const version = (await postgresVersionCell(pool, versionTableName).read())?.version;
  if (version === undefined || version >= rowsSealedSince) return;
  if (await hasRowsOfBefore(pool)) await demandPerson(parts, `rows of version ${version}`);
}

/** Only a person can take for genuine what stands there in plain text: the command brings its keys. */
async function demandPerson({ takingOver }: TableParts, what: string): Promise<void> {
  if (takingOver === undefined) {
    throw new TablesError('SCHEMA_OUTDATED', `${what} are not sealed`, 'run holdfast migrate');
  }
  await takingOver.ready();
}

/** Members that stay in clear, by the name of a generation. */
function listedIn(projections: readonly Projection[], others: readonly string[]) {
  const known = new Map(projections.map((one) => [one.name, listedMembers(one)]));
  return (generation: string) => known.get(projectionOf(generation)) ?? others;
}
