import { tablesProblem } from '../../platform/outbox/tables-version';
import type { VersionedTables } from '../../platform/outbox/tables-version';

/** What is to be done with a store. */
export type Phase = 'expand' | 'check' | 'contract';

/** What became of a store, for people and for scripts. */
export interface StoreReport {
  readonly store: string;
  /** Version of its tables before; 0 where there were none. */
  readonly was: number;
  readonly is: number;
  /** Version this code was written for. */
  readonly needs: number;
  /** Oldest version of the code that can work with the tables. */
  readonly oldest: number;
  /** What `contract` dropped. */
  readonly dropped: readonly string[];
  /** SCHEMA_OUTDATED or SCHEMA_TOO_NEW, when code and tables do not fit. */
  readonly problem?: string;
}

/** Expands, checks or contracts one store. Throws what the store throws; a check reports instead. */
export async function migrateStore(
  store: string,
  tables: VersionedTables,
  phase: Phase,
): Promise<StoreReport> {
  const before = await tables.readTablesVersion();
  if (phase === 'expand') await tables.migrate();
  const dropped = phase === 'contract' ? await tables.contract() : [];
  const after = phase === 'check' ? before : await tables.readTablesVersion();
  const problem = tablesProblem(tables.tablesVersion, after)?.code;
  return {
    store,
    was: before?.version ?? 0,
    is: after?.version ?? 0,
    needs: tables.tablesVersion,
    oldest: after?.oldest ?? 0,
    dropped,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** One line for a person. */
export function lineOf({ store, was, is, needs, dropped, problem }: StoreReport): string {
  const name = store.padEnd(12);
  if (problem !== undefined) return `${name} version ${is}, this code is for ${needs}: ${problem}`;
  if (dropped.length > 0) return `${name} version ${is}, dropped ${dropped.join(', ')}`;
  return was === is ? `${name} version ${is}` : `${name} version ${is} (was ${was})`;
}
