import type { Pool } from 'pg';
import { openPool, run } from '../../outbox/postgres/connection';
import { tablesOf } from '../../outbox/postgres/schema';
import { aggregateOf, eventColumns, eventOf } from '../../outbox/postgres/rows';
import type { AggregateRow, EventRow } from '../../outbox/postgres/rows';
import { createSealing } from '../../outbox/sealing';
import type { Sealing } from '../../outbox/sealing';
import { postgresOptions } from '../../runtime/connections';
import type { Config } from '../../runtime/config';
import type { Vault } from '../../security/keys/vault';
import type { SwitchState } from '../verbs';
import type { JournalEntry, JournalState } from './state';

/** A saga without a terminal record. */
export type OpenSaga = Pick<JournalEntry, 'workflowId' | 'sagaId' | 'saga' | 'status'>;

/** A finished saga whose participants may forget its results. */
export interface FinishedSaga {
  readonly sagaId: string;
  readonly participants: readonly string[];
  /** Place in the order of finishing; opaque. */
  readonly position: string;
}

/** What the orchestrator asks of its journal beyond one saga. Cost grows with what is open, not with history. */
export interface OpenSagas {
  /** Open sagas in the order of their workflow ids. */
  open(page: { readonly after: string; readonly limitMax: number }): Promise<readonly OpenSaga[]>;
  isOpen(workflowId: string): Promise<boolean>;
  /** W3C `traceparent` of the saga's first record; undefined where it was in no trace. */
  traceOf(workflowId: string): Promise<string | undefined>;
  /** Workflow ids of the open sagas of a person, by pseudonym, that are nobody's step; the first 1,000. */
  openOf(owner: string): Promise<readonly string[]>;
  /** Sagas that finished before `finishedBefore`, in that order, after a position. */
  finished(page: {
    readonly after: string;
    readonly finishedBefore: Date;
    readonly limitMax: number;
  }): Promise<readonly FinishedSaga[]>;
  /** Every switch that was ever turned, with who turned it last. */
  switches(): Promise<readonly SwitchState[]>;
  /** Creates the indexes these questions need. Idempotent. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

/** Mark of sagas without a terminal record: it stands beside their sealed state, where the index finds it. */
export const openMark = 'open';

export function openMarkOf(state: JournalState): string | undefined {
  return state.kind === 'saga' && state.status !== 'finished' ? openMark : undefined;
}

/** Opens the questions on the journal's own database; nothing connects before the first one. */
export function openSagasOf(config: Config, vault: Vault): OpenSagas {
  const pool = openPool(Object.assign(postgresOptions(config, 'sagas'), { max: 2 }));
  const { aggregates, events } = tablesOf(config.HOLDFAST_INSTANCE);
  const sealing = createSealing({ vault, service: 'sagas', instance: config.HOLDFAST_INSTANCE });
  const isOpenSql = `mark = '${openMark}'`;
  return {
    async open({ after, limitMax }) {
      const { rows } = await run<AggregateRow>(
        pool,
        `SELECT id, seq, state FROM ${aggregates} WHERE ${isOpenSql} AND id > $1 ORDER BY id LIMIT $2`,
        { values: [`saga/${after}`, limitMax] },
      );
      return rows.map((row) => {
        const { workflowId, sagaId, saga, status } = entryOf(sealing, row);
        return { workflowId, sagaId, saga, status };
      });
    },
    async isOpen(workflowId) {
      const sql = `SELECT 1 FROM ${aggregates} WHERE id = $1 AND ${isOpenSql}`;
      const { rowCount } = await run(pool, sql, { values: [`saga/${workflowId}`] });
      return rowCount === 1;
    },
    async traceOf(workflowId) {
      const sql = `SELECT traceparent FROM ${events} WHERE aggregate_id = $1 AND seq = 1`;
      const { rows } = await run<EventRow>(pool, sql, { values: [`saga/${workflowId}`] });
      return rows[0]?.traceparent ?? undefined;
    },
    openOf: (owner) => openOf(owner, { pool, sealing, aggregates, isOpenSql }),
    finished: (page) => finished(pool, { aggregates, events, sealing }, page),
    switches: () => switches(pool, { events, sealing }),
    async prepare() {
      await run(
        pool,
        `CREATE INDEX IF NOT EXISTS sagas_open ON ${aggregates} (id) WHERE ${isOpenSql}`,
      );
      await run(
        pool,
        `CREATE INDEX IF NOT EXISTS sagas_finished ON ${events} (ord) WHERE type = 'saga.finished'`,
      );
      await run(
        pool,
        `CREATE INDEX IF NOT EXISTS sagas_switched ON ${events} (aggregate_id, seq)
         WHERE type IN ('saga-type.stopped', 'saga-type.resumed')`,
      );
    },
    close: () => pool.end(),
  };
}

interface Sealed {
  readonly sealing: Sealing;
}

/** Marks and events name sagas only. */
const entryOf = (sealing: Sealing, row: AggregateRow): JournalEntry =>
  aggregateOf<JournalEntry>(sealing, row).state;

/** Rows that are opened at once to find those of one person, and how many of these are answered. */
const ofPerson = { pageSize: 500, answeredMax: 1_000 } as const;

/** States are sealed, so that whose a saga is can only be read one by one: over what is open, not over history. */
async function openOf(
  owner: string,
  of: {
    readonly pool: Pool;
    readonly sealing: Sealing;
    readonly aggregates: string;
    readonly isOpenSql: string;
  },
): Promise<readonly string[]> {
  const { pool, sealing, aggregates, isOpenSql } = of;
  const found: string[] = [];
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = `id > $1 ORDER BY id LIMIT ${ofPerson.pageSize}`;
    const sql = `SELECT id, seq, state FROM ${aggregates} WHERE ${isOpenSql} AND ${page}`;
    const { rows }: { rows: AggregateRow[] } = await run(pool, sql, { values: [after] });
    const entries = rows.map((row) => entryOf(sealing, row));
    const theirs = entries.filter((it) => it.owner === owner && it.parent === undefined);
    found.push(...theirs.map(({ workflowId }) => workflowId));
    after = found.length < ofPerson.answeredMax ? rows.at(-1)?.id : undefined;
  }
  return found.slice(0, ofPerson.answeredMax);
}

async function finished(
  pool: Pool,
  { aggregates, events, sealing }: Record<'aggregates' | 'events', string> & Sealed,
  page: { readonly after: string; readonly finishedBefore: Date; readonly limitMax: number },
): Promise<readonly FinishedSaga[]> {
  const { rows } = await run<AggregateRow & { ord: string }>(
    pool,
    `SELECT a.id, a.seq, a.state, e.ord FROM ${events} AS e JOIN ${aggregates} AS a ON a.id = e.aggregate_id
     WHERE e.type = 'saga.finished' AND e.ord > $1 AND e.recorded_at < $2 ORDER BY e.ord LIMIT $3`,
    { values: [page.after || '0', page.finishedBefore, page.limitMax] },
  );
  return rows.map(({ ord, ...row }) => {
    const { sagaId, participants = [] } = entryOf(sealing, row);
    return { sagaId, participants, position: ord };
  });
}

async function switches(
  pool: Pool,
  { events, sealing }: { readonly events: string } & Sealed,
): Promise<readonly SwitchState[]> {
  const { rows } = await run<EventRow>(
    pool,
    `SELECT DISTINCT ON (aggregate_id) ${eventColumns} FROM ${events}
     WHERE type IN ('saga-type.stopped', 'saga-type.resumed') ORDER BY aggregate_id, seq DESC`,
  );
  return rows.map((row) => {
    const { type, time, data } = eventOf(sealing, row);
    const { saga, actor, reason } = data as unknown as SwitchState;
    return { saga, actor, reason, stopped: type === 'saga-type.stopped', since: time };
  });
}
