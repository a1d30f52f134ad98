import type { ClientBase, Pool } from 'pg';
import { Conflict, retryConflicts } from '../conflict';
import { batchLoads } from '../load-batch';
import type { AggregateChange, UnitOfWork } from '../ports';
import type { Sealing } from '../sealing';
import { inTransaction, postgresLimits, run } from './connection';
import { aggregateOf, eventParameters } from './rows';
import type { AggregateRow } from './rows';
import type { Tables } from './schema';
import { lockOfSaga, lockStep, writeStep } from './steps';

/** Tables, and what lies between them and what is written. */
export interface SealedTables<State = never> {
  readonly tables: Tables;
  readonly sealing: Sealing;
  /** See `PostgresStoreOptions`. */
  readonly markOf?: (state: State) => string | undefined;
}

/**
 * One READ COMMITTED transaction per message. It begins with the saga's lock, shared by all its steps and exclusive to
 * its closing. The step's row is inserted then and is the lock of the step: a second delivery waits for it, and then
 * reads what the first one left. Aggregates are locked as they are loaded, in order of id.
 * `committed` is called after a commit that recorded events.
 */
export function postgresUnitOfWork<State>(
  pool: Pool,
  sealed: SealedTables<State>,
  committed: () => void,
): UnitOfWork<State>['transact'] {
  const { tables, sealing } = sealed;
  return async (key, work, { timeoutMs = postgresLimits.statementTimeoutMs, written } = {}) => {
    const deadlineMs = performance.now() + timeoutMs;
    const first = lockOfSaga(key);
    const attempt = () =>
      inTransaction(pool, { timeoutMs: deadlineMs - performance.now(), first }, async (client) => {
        const { stepRecord, closing } = await lockStep(client, tables, { key, sealing });
        const { load } = batchLoads((ids) => lockAggregates<State>(client, sealed, ids));
        const outcome = await work({ stepRecord, closing, load });
        if (outcome.commit === undefined) return { result: outcome, commit: false };
        await writeAggregates(client, sealed, outcome.commit.aggregates);
        await writeEvents(client, sealed, outcome.commit.aggregates);
        await writeStep(client, tables, { key, record: outcome.commit.stepRecord, sealing });
        await written?.();
        return { result: outcome, commit: true };
      });
    const { answer, commit } = await retryConflicts(attempt, deadlineMs);
    if (commit?.aggregates.some((change) => change.events.length > 0) === true) committed();
    return answer;
  };
}

async function lockAggregates<State>(
  client: ClientBase,
  { tables: { aggregates }, sealing }: Pick<SealedTables, 'tables' | 'sealing'>,
  ids: readonly string[],
) {
  const { rows } = await run<AggregateRow>(
    client,
    `SELECT id, seq, state FROM ${aggregates} WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
    { values: [ids] },
  );
  return new Map(rows.map((row) => [row.id, aggregateOf<State>(sealing, row)]));
}

async function writeAggregates<State>(
  client: ClientBase,
  { tables: { aggregates }, ...sealed }: SealedTables<State>,
  changes: readonly AggregateChange<State>[],
): Promise<void> {
  const created = changes.filter((change) => change.expectedSeq === 0);
  const changed = changes.filter((change) => change.expectedSeq > 0);
  const given = `unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
    AS c(id, expected, seq, state, mark)`;
  const insert = `INSERT INTO ${aggregates} (id, seq, state, mark)
    SELECT id, seq, state::json, mark FROM ${given} ORDER BY id ON CONFLICT DO NOTHING`;
  const update = `UPDATE ${aggregates} AS a
    SET seq = c.seq, state = c.state::json, mark = c.mark
    FROM ${given} WHERE a.id = c.id AND a.seq = c.expected`;
  for (const [statement, part] of [[insert, created] as const, [update, changed] as const]) {
    if (part.length === 0) continue;
    const { rowCount } = await run(client, statement, { values: changeArrays(part, sealed) });
    if (rowCount !== part.length) throw new Conflict('an aggregate has moved on');
  }
}

/** One array per column. JSON travels as text and is cast. */
function changeArrays<State>(
  changes: readonly AggregateChange<State>[],
  { sealing, markOf }: Omit<SealedTables<State>, 'tables'>,
): unknown[] {
  const seqOf = ({ expectedSeq, events }: AggregateChange<State>) => expectedSeq + events.length;
  return [
    changes.map((change) => change.id),
    changes.map((change) => change.expectedSeq),
    changes.map(seqOf),
    changes.map((change) =>
      JSON.stringify(sealing.sealState({ id: change.id, seq: seqOf(change) }, change.state)),
    ),
    changes.map((change) => markOf?.(change.state) ?? null),
  ];
}

async function writeEvents(
  client: ClientBase,
  { tables: { events: table }, sealing }: Pick<SealedTables, 'tables' | 'sealing'>,
  changes: readonly AggregateChange<unknown>[],
): Promise<void> {
  const events = changes.flatMap((change) => change.events.map((it) => sealing.sealEvent(it)));
  if (events.length === 0) return;
  const names = eventParameters.map(({ name }) => name);
  const casts = eventParameters.map(({ name, type }) => `${name}::${type}`);
  const arrays = names.map((_, index) => `$${index + 1}::text[]`);
  const values = eventParameters.map(({ of }) => events.map((event) => of(event) ?? null));
  await run(
    client,
    `INSERT INTO ${table} (${names.join(', ')}) SELECT ${casts.join(', ')}
     FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS e(${names.join(', ')}, place)
     ORDER BY place`,
    { values },
  );
}
