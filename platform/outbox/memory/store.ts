import type { Json } from '../../kernel/json';
import type { ServiceStore, UnitOfWork } from '../ports';
import { Conflict, retryConflicts } from '../conflict';
import { versionedTables } from '../tables-version';
import type { TablesVersion, VersionCell, VersionedTables } from '../tables-version';
import { createWakes } from '../wake';
import type { Wakes } from '../wake';
import { closingOf, commit, emptyRows, stepRecordsOf, stepRowKey } from './rows';
import type { Rows } from './rows';
import { memorySource } from './source';

const timeoutMsDefault = 10_000;

/**
 * A service's database in memory, behind the same ports and held to the same contract suite as the three real ones:
 * the model they are compared with, and a store for tests of what lies above. Nothing survives the process.
 */
export function createMemoryStore<State = Json>(): ServiceStore<State> {
  const rows = emptyRows<State>();
  const wakes = createWakes();
  return {
    transact: memoryUnitOfWork(rows, wakes),
    ...memorySource(rows, wakes),
    ...memoryTables(),
    /** Nothing is at rest here, so nothing is sealed. */
    keyUse: async () => new Map(),
    reseal: async () => 0,
    async ping() {},
    async readAggregate(id) {
      return structuredClone(rows.aggregates.get(id));
    },
    async listAggregates({ prefix, afterId = '', limitMax }) {
      const ids = [...rows.aggregates.keys()].filter((id) => id.startsWith(prefix) && id > afterId);
      const page = ids.sort().slice(0, limitMax);
      return page.flatMap((id) => structuredClone(rows.aggregates.get(id)) ?? []);
    },
    async readStepRecord(key) {
      return structuredClone(rows.steps.get(stepRowKey(key))?.record);
    },
    async stepRecordsOf(sagaId) {
      return stepRecordsOf(rows, sagaId);
    },
    async close() {},
  };
}

/** Made whole at once: there are no tables to expand. */
function memoryTables(): VersionedTables {
  let row: TablesVersion | undefined;
  const cell: VersionCell = {
    read: async () => row,
    raise: async ({ version, oldest }) => {
      const old = row ?? { version: 0, oldest: 0 };
      row = { version: Math.max(old.version, version), oldest: Math.max(old.oldest, oldest) };
    },
  };
  return versionedTables({ version: 1, cell, expand: async () => {} });
}

function memoryUnitOfWork<State>(rows: Rows<State>, wakes: Wakes): UnitOfWork<State>['transact'] {
  return async (key, work, { timeoutMs = timeoutMsDefault } = {}) =>
    retryConflicts(async () => {
      const row = rows.steps.get(stepRowKey(key));
      const reads = new Map<string, number>();
      const load = async (id: string) => {
        reads.set(id, rows.aggregates.get(id)?.seq ?? 0);
        return structuredClone(rows.aggregates.get(id));
      };
      const under = closingOf(rows, key);
      const stepRecord = structuredClone(row?.record);
      const closing = structuredClone(under?.record);
      const outcome = await work({ stepRecord, closing, load }).catch((error: unknown) => {
        const version = rows.steps.get(stepRowKey(key))?.version;
        if (version !== row?.version) throw new Conflict('the step record has moved on');
        throw error;
      });
      if (outcome.commit === undefined) return outcome.answer;
      const { stepRecord: record, aggregates: changes } = outcome.commit;
      const versions = { stepVersion: row?.version ?? 0, closingVersion: under?.version ?? 0 };
      commit(rows, { key, ...versions, record, changes, reads });
      wakes.emit();
      return outcome.answer;
    }, performance.now() + timeoutMs);
}
