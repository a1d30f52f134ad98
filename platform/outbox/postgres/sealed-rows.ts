import type { Pool } from 'pg';
import type { SealedRows, Sealing } from '../sealing';
import { run } from './connection';
import { aggregateOf, eventColumns, eventOf, stepColumns, stepRecordOf } from './rows';
import type { AggregateRow, EventRow, StepRow } from './rows';
import type { Tables } from './schema';
import { keyIdOf } from './sealed-columns';

/** A statement that reads a whole table; milliseconds. */
const wholeTableMs = 600_000;

/** A JSON column as the text that was sealed, null for what is no string. */
const textOf = (column: string): string =>
  `CASE json_typeof(${column}) WHEN 'string' THEN ${column} #>> '{}' END`;

/** What keys the rows of a PostgreSQL service are sealed with, and sealing them anew. */
export function postgresSealedRows(pool: Pool, tables: Tables, sealing: Sealing): SealedRows {
  const { aggregates, events, steps } = tables;
  return {
    async keyUse() {
      const columns = [
        [aggregates, 'state'],
        [events, 'data'],
        [steps, 'result'],
      ] as const;
      const counts = columns.map(([table, column]) => {
        return `SELECT ${keyIdOf(textOf(column))} AS key, count(*) FROM ${table} GROUP BY 1`;
      });
      const { rows } = await run<{ key: string; count: string }>(
        pool,
        `SELECT key, sum(count) AS count FROM (${counts.join(' UNION ALL ')}) AS counts GROUP BY key`,
        { timeoutMs: wholeTableMs },
      );
      return new Map(rows.map(({ key, count }) => [key, Number(count)]));
    },
    async reseal(limitMax) {
      let found = 0;
      for (const part of [resealAggregates, resealEvents, resealSteps]) {
        if (found < limitMax)
          found += await part(pool, tables, { sealing, limitMax: limitMax - found });
      }
      return found;
    },
  };
}

interface Part {
  readonly sealing: Sealing;
  readonly limitMax: number;
}

/** Rows of a table whose column is not under the current key. */
async function stale<Row extends object>(
  pool: Pool,
  select: { readonly columns: string; readonly table: string; readonly sealed: string },
  { sealing, limitMax }: Part,
): Promise<readonly Row[]> {
  const { rows } = await run<Row & Record<string, unknown>>(
    pool,
    `SELECT ${select.columns} FROM ${select.table}
     WHERE NOT coalesce(starts_with(${textOf(select.sealed)}, $1), false) LIMIT $2`,
    { values: [sealing.prefix(), limitMax], timeoutMs: wholeTableMs },
  );
  return rows;
}

/** Each row is written only where it still holds what was read: whoever changed it has sealed it anew. */
async function resealAggregates(pool: Pool, { aggregates: table }: Tables, part: Part) {
  const select = { columns: 'id, seq, state', table, sealed: 'state' };
  const rows = await stale<AggregateRow>(pool, select, part);
  for (const row of rows) {
    const { state, ...version } = aggregateOf<unknown>(part.sealing, row);
    const sealed = JSON.stringify(part.sealing.sealState(version, state));
    await run(
      pool,
      `UPDATE ${table} SET state = $3::json WHERE id = $1 AND ${textOf('state')} = $2`,
      { values: [row.id, row.state, sealed] },
    );
  }
  return rows.length;
}

async function resealEvents(pool: Pool, { events: table }: Tables, part: Part) {
  const select = { columns: eventColumns, table, sealed: 'data' };
  const rows = await stale<EventRow>(pool, select, part);
  for (const row of rows) {
    const { data, stepImage } = part.sealing.sealEvent(eventOf(part.sealing, row));
    const image = stepImage === undefined ? null : JSON.stringify(stepImage);
    await run(
      pool,
      `UPDATE ${table} SET data = $3::json, step_image = $4::json
       WHERE aggregate_id = $1 AND seq = $2`,
      { values: [row.aggregate_id, row.seq, JSON.stringify(data), image] },
    );
  }
  return rows.length;
}

async function resealSteps(pool: Pool, { steps: table }: Tables, part: Part) {
  const columns = `saga_id, step, ${stepColumns}`;
  const select = { columns, table, sealed: 'result' };
  const rows = await stale<StepRow & { saga_id: string; step: string }>(pool, select, part);
  for (const row of rows) {
    const key = { sagaId: row.saga_id, step: row.step };
    const { result, effect, plan } = part.sealing.sealStep(
      key,
      stepRecordOf(part.sealing, key, row),
    );
    const json = [result, effect, plan].map((it) => JSON.stringify(it) ?? null);
    await run(
      pool,
      `UPDATE ${table} SET result = $4::json, effect = $5::json, plan = $6::json
       WHERE saga_id = $1 AND step = $2 AND ${textOf('result')} = $3`,
      { values: [key.sagaId, key.step, row.result, ...json] },
    );
  }
  return rows.length;
}
