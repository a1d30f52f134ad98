import type { Pool } from 'pg';
import type {
  DeadLetter,
  KeptLetter,
  LetterGroup,
  LetterStore,
} from '../../platform/event-log/letters/port';
import { run } from '../../platform/outbox/postgres/connection';
import { carryOut, readActs } from './acting';
import type { StoreSealing } from '../sealing';
import * as sql from './statements';

const timeoutMs = 3_000;

/** Dead letters in the database of the read models. */
export function letterStore(
  pool: Pool,
  { letters: sealing, rows: sealingOfRows }: Pick<StoreSealing, 'letters' | 'rows'>,
): LetterStore {
  const ask = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> =>
    (await run<Row>(pool, text, { values, timeoutMs })).rows;
  const listed = (rows: readonly sql.LetterRow[]) =>
    rows.map((row) => sql.listedLetterOf(sealing, row));
  return {
    carryOut: (options, decide) =>
      carryOut(pool, { ...options, sealing, rows: sealingOfRows, decide }),
    deadLetters: async (filter) => {
      const { projection = null, group = null, aggregateId = null, reason = null } = filter;
      const { afterId = null, limitMax } = filter;
      const values = [projection, group, aggregateId, reason, afterId, limitMax];
      return listed(await ask<sql.LetterRow>(sql.letters, values));
    },
    letter: async (id) => {
      const [row] = await ask<sql.LetterRow & sql.SettledColumns>(sql.letter, [id]);
      return row && kept(row, sql.letterOf(sealing, row));
    },
    acts: (projection, aggregateId) => readActs(pool, sealing, [projection, aggregateId]),
    letterGroups: async ({ projection = null, group = null, limitMax }) =>
      (await ask<GroupRow>(sql.groups, [projection, group, limitMax])).map(groupOf),
    firstOfGroup: async ({ group, afterId = null, limitMax }) => {
      const rows = await ask<sql.LetterRow>(sql.firstOfGroup, [group, afterId, limitMax]);
      return rows.map(({ id, projection, aggregate_id: aggregateId }) => {
        return { id, projection, aggregateId };
      });
    },
    deadLetterCounts: () => ask(sql.counts, []),
    parkedAggregates: () => ask(sql.parkedAggregates, []),
    uncopiedLetters: async (limitMax) => listed(await ask<sql.LetterRow>(sql.uncopied, [limitMax])),
    markCopied: async (ids) => void (await ask(sql.markCopied, [ids])),
  };
}

function kept(row: sql.SettledColumns, letter: DeadLetter): KeptLetter {
  const { settled_at: at, ended: end, act_id: actId } = row;
  if (at === null || end === null || actId === null) return letter;
  return { ...letter, settled: { at: at.toISOString(), end, actId } };
}

interface GroupRow extends Omit<LetterGroup, 'firstId' | 'firstAt' | 'lastAt'> {
  readonly first_id: string;
  readonly first_at: Date;
  readonly last_at: Date;
}

function groupOf(row: GroupRow): LetterGroup {
  const { first_id: firstId, first_at, last_at, ...rest } = row;
  return { ...rest, firstId, firstAt: first_at.toISOString(), lastAt: last_at.toISOString() };
}
