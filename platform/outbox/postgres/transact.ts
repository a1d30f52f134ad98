import type { ClientBase, Pool } from 'pg';
import type { StepKey } from '../../kernel/step';
import type { StepRecord } from '../../participant/fence-table';
import { Conflict, retryConflicts } from '../conflict';
import { batchLoads } from '../load-batch';
import type { AggregateChange, UnitOfWork } from '../ports';
import type { Sealing } from '../sealing';
import { inTransaction, planForLarge, postgresLimits, run } from './connection';
import { aggregateOf, eventParameters } from './rows';
import type { AggregateRow } from './rows';
import type { Tables } from './schema';
import { lockOfSaga, lockStep, stepValues, writtenStep } from './steps';

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
  const statement = writing(tables);
  return async (key, work, { timeoutMs = postgresLimits.statementTimeoutMs, written } = {}) => {
    const deadlineMs = performance.now() + timeoutMs;
    const first = `${planForLarge};${lockOfSaga(key)}`;
    const attempt = () =>
      inTransaction(pool, { timeoutMs: deadlineMs - performance.now(), first }, async (client) => {
        const { stepRecord, closing } = await lockStep(client, tables, { key, sealing });
        const { load } = batchLoads((ids) => lockAggregates<State>(client, sealed, ids));
        const outcome = await work({ stepRecord, closing, load });
        if (outcome.commit === undefined) return { result: outcome, commit: false };
        await write(client, sealed, { statement, key, ...outcome.commit });
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
    { values: [ids], isKept: true },
  );
  return new Map(rows.map((row) => [row.id, aggregateOf<State>(sealing, row)]));
}

interface Written<State> {
  /** Of {@link writing}: built once, not for each step. */
  readonly statement: string;
  readonly key: StepKey;
  readonly aggregates: readonly AggregateChange<State>[];
  readonly stepRecord: StepRecord;
}

/** Aggregates, events and the step's record in one statement: each costs a round trip otherwise. */
async function write<State>(
  client: ClientBase,
  sealed: SealedTables<State>,
  { statement, key, aggregates, stepRecord }: Written<State>,
): Promise<void> {
  const values = [
    ...changeArrays(aggregates, sealed),
    ...eventArrays(aggregates, sealed),
    ...stepValues(key, { record: stepRecord, sealing: sealed.sealing }),
  ];
  const { rows } = await run<{ moved: string }>(client, statement, { values, isKept: true });
  if (Number(rows[0]?.moved) !== aggregates.length) throw new Conflict('an aggregate has moved on');
}

/** So many parameters of the statement are the aggregates', and as many after them the events'. */
const parametersOf = { aggregates: 5, events: eventParameters.length } as const;

/** An aggregate that is there was locked as it was loaded; of two that make the same one the second finds it made. */
function writing({ aggregates, events, steps }: Tables): string {
  const given = `unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[])
      AS c(id, expected, seq, state, mark)`;
  const names = eventParameters.map(({ name }) => name);
  const casts = eventParameters.map(({ name, type }) => `${name}::${type}`);
  const arrays = names.map((_, index) => `$${parametersOf.aggregates + index + 1}::text[]`);
  return `WITH created AS (
      INSERT INTO ${aggregates} (id, seq, state, mark)
      SELECT id, seq, state::json, mark FROM ${given} WHERE expected = 0 ORDER BY id
      ON CONFLICT DO NOTHING RETURNING 1),
    changed AS (
      UPDATE ${aggregates} AS a SET seq = c.seq, state = c.state::json, mark = c.mark
      FROM ${given} WHERE c.expected > 0 AND a.id = c.id AND a.seq = c.expected RETURNING 1),
    noted AS (
      INSERT INTO ${events} (${names.join(', ')}) SELECT ${casts.join(', ')}
      FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS e(${names.join(', ')}, place)
      ORDER BY place),
    recorded AS (${writtenStep(steps, parametersOf.aggregates + parametersOf.events)})
    SELECT (SELECT count(*) FROM created) + (SELECT count(*) FROM changed) AS moved`;
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

function eventArrays(
  changes: readonly AggregateChange<unknown>[],
  { sealing }: Pick<SealedTables, 'sealing'>,
): unknown[] {
  const events = changes.flatMap((change) => change.events.map((it) => sealing.sealEvent(it)));
  return eventParameters.map(({ of }) => events.map((event) => of(event) ?? null));
}
