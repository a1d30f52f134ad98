import { openPool, run } from '../../outbox/postgres/connection';
import { tablesOf } from '../../outbox/postgres/schema';
import { postgresOptions } from '../../runtime/connections';
import type { Config } from '../../runtime/config';
import { openMark } from './open-sagas';

/**
 * How many sagas that began before a moment have not ended, by the journal's own rows; none where there is no journal
 * yet. Asked as a process that may read the database `sagas`.
 */
export async function countBegunBefore(config: Config, at: Date): Promise<number> {
  const pool = openPool(Object.assign(postgresOptions(config, 'sagas'), { max: 1 }));
  const { aggregates, events } = tablesOf(config.HOLDFAST_INSTANCE);
  try {
    const found = await run<{ known: boolean }>(
      pool,
      'SELECT to_regclass($1) IS NOT NULL AS known',
      {
        values: [aggregates],
      },
    );
    if (found.rows[0]?.known !== true) return 0;
    const { rows } = await run<{ count: string }>(
      pool,
      `SELECT count(*) FROM ${aggregates} AS a WHERE mark = '${openMark}' AND EXISTS (
         SELECT FROM ${events} AS e
         WHERE e.aggregate_id = a.id AND e.type = 'saga.started' AND e.recorded_at < $1)`,
      { values: [at] },
    );
    return Number(rows[0]?.count ?? 0);
  } finally {
    await pool.end();
  }
}
