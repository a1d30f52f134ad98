import type { ClientBase, Pool } from 'pg';
import { Conflict, retryConflicts } from '../conflict';
import { batchLoads } from '../load-batch';
import type { AggregateChange, UnitOfWork } from '../ports';
import { inTransaction, postgresLimits, run } from './connection';
import { aggregateOf, eventParameters } from './rows';
import type { AggregateRow } from './rows';
import type { Tables } from './schema';
import { lockOfSaga, lockStep, writeStep } from './steps';

/**
 * One READ COMMITTED transaction per message. It begins with the saga's lock, shared by all its steps and exclusive to
 * its closing. The step's row is inserted then and is the lock of the step: a second delivery waits for it, and then
 * reads what the first one left. Aggregates are locked as they are loaded, in order of id.
 * `committed` is called after a commit that recorded events.
 */
export function postgresUnitOfWork<State>(
  pool: Pool,
  tables: Tables,
  committed: () => void,
): UnitOfWork<State>['transact'] {
  return async (key, work, { timeoutMs = postgresLimits.statementTimeoutMs, written } = {}) => {
    const deadlineMs = performance.now() + timeoutMs;
    const first = lockOfSaga(key);
    const attempt = () =>
      inTransaction(pool, { timeoutMs: deadlineMs - performance.now(), first }, async (client) => {
        const { stepRecord, closing } = await lockStep(client, tables, key);
        const { load } = batchLoads((ids) => lockAggregates<State>(client, tables, ids));
        const outcome = await work({ stepRecord, closing, load });
        if (outcome.commit === undefined) return { result: outcome, commit: false };
        await writeAggregates(client, tables, outcome.commit.aggregates);
        await writeEvents(client, tables, outcome.commit.aggregates);
        await writeStep(client, tables, { key, record: outcome.commit.stepRecord });
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
  { aggregates }: Tables,
  ids: readonly string[],
) {
  const { rows } = await run<AggregateRow<State>>(
    client,
    `SELECT id, seq, state FROM ${aggregates} WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
    { values: [ids] },
  );
  return new Map(rows.map((row) => [row.id, aggregateOf(row)]));
}

async function writeAggregates<State>(
  client: ClientBase,
  { aggregates }: Tables,
  changes: readonly AggregateChange<State>[],
): Promise<void> {
  const created = changes.filter((change) => change.expectedSeq === 0);
  const changed = changes.filter((change) => change.expectedSeq > 0);
  const given = `unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[])
    AS c(id, expected, seq, state)`;
  const insert = `INSERT INTO ${aggregates} (id, seq, state)
    SELECT id, seq, state::json FROM ${given} ORDER BY id ON CONFLICT DO NOTHING`;
  const update = `UPDATE ${aggregates} AS a SET seq = c.seq, state = c.state::json
    FROM ${given} WHERE a.id = c.id AND a.seq = c.expected`;
  for (const [statement, part] of [[insert, created] as const, [update, changed] as const]) {
    if (part.length === 0) continue;
    const { rowCount } = await run(client, statement, { values: changeArrays(part) });
    if (rowCount !== part.length) throw new Conflict('an aggregate has moved on');
  }
}

/** One array per column. JSON travels as text and is cast: the JSON functions would not accept every string. */
function changeArrays(changes: readonly AggregateChange<unknown>[]): unknown[] {
  return [
    changes.map((change) => change.id),
    changes.map((change) => change.expectedSeq),
    changes.map((change) => change.expectedSeq + change.events.length),
    changes.map((change) => JSON.stringify(change.state)),
  ];
}

async function writeEvents(
  client: ClientBase,
  { events: table }: Tables,
  changes: readonly AggregateChange<unknown>[],
): Promise<void> {
  const events = changes.flatMap((change) => change.events);
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
