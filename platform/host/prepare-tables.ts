import { demandTables } from '../outbox/tables-version';
import type { VersionedTables } from '../outbox/tables-version';
import type { Config } from '../runtime/config';

/**
 * Makes the tables of a process's own store ready before it begins. With `HOLDFAST_MIGRATE=off` it only looks, and
 * throws `SCHEMA_OUTDATED` until somebody has run `holdfast migrate`: the process waits, alive and not ready.
 */
export async function prepareTables(
  tables: VersionedTables,
  { HOLDFAST_MIGRATE: migrates }: Pick<Config, 'HOLDFAST_MIGRATE'>,
): Promise<void> {
  await (migrates === 'on' ? tables.migrate() : demandTables(tables));
}
