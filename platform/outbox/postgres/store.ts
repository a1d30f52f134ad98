import { randomUUID } from 'node:crypto';
import type { Pool, PoolConfig } from 'pg';
import type { Json } from '../../kernel/json';
import { beforeDeadline } from '../deadline';
import type { ServiceStore } from '../ports';
import { createSealing, sealedSince } from '../sealing';
import type { Sealing, SealingOptions } from '../sealing';
import { retryingConflicts } from '../conflict';
import { versionedTables } from '../tables-version';
import { createWakes } from '../wake';
import { openPool, postgresLimits, run } from './connection';
import { createNotifier, listen } from './notify';
import { aggregateOf, stepColumns, stepRecordOf } from './rows';
import type { AggregateRow, StepRow } from './rows';
import { migrate, postgresVersionCell, tablesOf, tablesVersion } from './schema';
import type { Tables } from './schema';
import { postgresSealedRows } from './sealed-rows';
import { postgresSource } from './source';
import { readSteps } from './steps';
import { postgresUnitOfWork } from './transact';

/** How to reach a service's PostgreSQL database. */
export interface PostgresStoreOptions<State = Json> extends SealingOptions {
  /** Connection options of `pg`, TLS included; see `platform/runtime/connections`. */
  readonly pool: PoolConfig;
  /** Name of a world of its own, `[a-z0-9]{0,12}`; its tables live in the schema `holdfast_<instance>`. */
  readonly instance?: string;
  /**
   * A word in clear beside a sealed state, in the column `mark`, for statements of the service's own that look for
   * aggregates. It is not authenticated and says no more than whether to look.
   */
  readonly markOf?: (state: State) => string | undefined;
}

/** A service's store on PostgreSQL. Connects lazily: nothing happens before the first call. */
export function openPostgresStore<State = Json>(
  options: PostgresStoreOptions<State>,
): ServiceStore<State> {
  const tables = tablesOf(options.instance ?? '');
  const pool = openPool(options.pool);
  const sealing = createSealing(options);
  const wakes = createWakes();
  const hints = { channel: tables.channel, own: randomUUID() };
  const notify = createNotifier(pool, hints);
  const listeners = new Set<() => void>();
  const committed = () => {
    wakes.emit();
    notify();
  };
  return {
    system: 'postgresql',
    transact: postgresUnitOfWork<State>(pool, { ...options, tables, sealing }, committed),
    ...retryingConflicts(
      { ...postgresSource(pool, tables, sealing), ...postgresReads<State>(pool, tables, sealing) },
      postgresLimits.statementTimeoutMs,
    ),
    ...versionedTables({
      version: tablesVersion,
      cell: postgresVersionCell(pool, tables.version),
      expand: () => migrate(pool, tables),
      since: sealedSince,
    }),
    ...postgresSealedRows(pool, tables, sealing),
    async ping(timeoutMs) {
      const deadlineMs = performance.now() + timeoutMs;
      await beforeDeadline(run(pool, 'SELECT 1', { timeoutMs }), deadlineMs);
    },
    subscribe(wake) {
      const unsubscribe = wakes.subscribe(wake);
      const stopListening = listen(options.pool, hints, wakes);
      const stop = () => {
        listeners.delete(stop);
        unsubscribe();
        stopListening();
      };
      listeners.add(stop);
      return stop;
    },
    async close() {
      for (const stop of listeners) stop();
      await pool.end();
    },
  };
}

function postgresReads<State>(
  pool: Pool,
  tables: Tables,
  sealing: Sealing,
): Pick<
  ServiceStore<State>,
  'readAggregate' | 'listAggregates' | 'readStepRecord' | 'stepRecordsOf'
> {
  return {
    async readAggregate(id) {
      const { rows } = await run<AggregateRow>(
        pool,
        `SELECT id, seq, state FROM ${tables.aggregates} WHERE id = $1`,
        { values: [id], isKept: true },
      );
      return rows[0] && aggregateOf<State>(sealing, rows[0]);
    },
    async listAggregates({ prefix, afterId = '', limitMax }) {
      const { rows } = await run<AggregateRow>(
        pool,
        `SELECT id, seq, state FROM ${tables.aggregates}
         WHERE id > $1 AND starts_with(id, $2) AND id >= $2 ORDER BY id LIMIT $3`,
        { values: [afterId, prefix, limitMax] },
      );
      return rows.map((row) => aggregateOf<State>(sealing, row));
    },
    async readStepRecord(key) {
      const { rows } = await run<StepRow>(
        pool,
        `SELECT ${stepColumns} FROM ${tables.steps}
         WHERE saga_id = $1 AND step = $2`,
        { values: [key.sagaId, key.step], isKept: true },
      );
      return rows[0] && stepRecordOf(sealing, key, rows[0]);
    },
    stepRecordsOf: (sagaId) => readSteps(pool, tables, { sagaId, sealing }),
  };
}
