import { inTransaction, run } from '../../outbox/postgres/connection';
import { postgresVersionCell } from '../../outbox/postgres/schema';
import { TablesError, versionedTables } from '../../outbox/tables-version';
import type { TakingOver, VersionedTables } from '../../outbox/tables-version';
import {
  demandSealed,
  ledgerSealedSince,
  ledgerTables,
  ledgerTablesVersion,
  ledgerVersionTable,
  moveFamilies,
} from './schema';
import { hasContent, sealPlainRows } from './sealed-rows';
import type { LedgerSealing } from './sealing';

const limits = { migrateMs: 300_000 } as const;

export interface LedgerTableParts {
  readonly pool: Parameters<typeof inTransaction>[0];
  readonly sealing: LedgerSealing;
  readonly takingOver?: TakingOver | undefined;
}

/** The ledger's tables in versions; see `StoredLedger.tablesOf`. */
export function ledgerTablesIn(parts: LedgerTableParts): VersionedTables {
  return versionedTables({
    version: ledgerTablesVersion,
    oldest: ledgerSealedSince,
    cell: postgresVersionCell(parts.pool, ledgerVersionTable),
    expand: () => expand(parts),
  });
}

/** The version is raised together with what it says: two that start at once seal once. */
async function expand(parts: LedgerTableParts): Promise<void> {
  const { migrateMs: timeoutMs } = limits;
  await inTransaction(parts.pool, { timeoutMs }, async (client) => {
    await run(client, `select pg_advisory_xact_lock(hashtext('holdfast audit'))`);
    await run(client, ledgerTables);
    await takeOver(client, parts);
    await run(client, demandSealed);
    return { result: undefined, commit: true };
  });
}

async function takeOver(
  client: Parameters<typeof run>[0],
  { sealing, takingOver }: LedgerTableParts,
): Promise<void> {
  const cell = postgresVersionCell(client, ledgerVersionTable);
  const version = (await cell.read())?.version ?? 0;
  if (version < ledgerSealedSince) {
    await run(client, moveFamilies);
    if (await hasContent(client)) {
      if (takingOver === undefined) {
        const cause = `the ledger of version ${version} is not sealed`;
        throw new TablesError('SCHEMA_OUTDATED', cause, 'run holdfast migrate');
      }
      await takingOver.ready();
      await sealPlainRows(client, sealing);
    }
  }
  await cell.raise({ version: ledgerTablesVersion, oldest: ledgerSealedSince });
}
