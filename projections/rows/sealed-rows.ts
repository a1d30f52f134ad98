import type { ClientBase, Pool } from 'pg';
import { isFault, wordsOf } from '../../platform/kernel/faults';
import { run } from '../../platform/outbox/postgres/connection';
import { keyIdOf } from '../../platform/outbox/postgres/sealed-columns';
import { alsoRefused, demandOpened, noneRefused } from '../../platform/outbox/refused-rows';
import type { RefusedRows } from '../../platform/outbox/refused-rows';
import type { SealedRows } from '../../platform/outbox/sealing';
import { keptRowOf } from './sealing';
import type { RowSealing, SealedRow } from './sealing';
import { replaceSealed, rowColumns } from './statements';
import type { Replacement } from './statements';

const limits = {
  /** A statement that reads a whole table. */
  wholeTableMs: 600_000,
  /** Rows in memory at once. */
  pageMax: 500,
} as const;

/** Where a walk through the table stands. */
type Place = readonly [projection: string, key: string];
const beginning: Place = ['', ''];

const keyUse = `
  select ${keyIdOf('sealed')} as key, count(*) from read_rows group by 1`;

const page = (condition: string): string => `
  select ${rowColumns} from read_rows where (projection, key) > ($1, $2) and ${condition}
  order by projection, key limit $3`;

/** `$4` is what the current key's texts begin with. */
const stale = page('not coalesce(starts_with(sealed, $4), false)');
const plain = page('sealed is null');

/** A walk through the whole table. */
interface Walk {
  readonly after: Place;
  /** Rows sealed anew in it. */
  readonly sealed: number;
  /** Rows that do not open, by what is wrong. */
  readonly refused: RefusedRows;
}

const untrodden: Walk = { after: beginning, sealed: 0, refused: noneRefused };

/** What keys the rows of a store are sealed with, those of every generation, and sealing them anew. */
export function postgresSealedRows(pool: Pool, sealing: RowSealing): SealedRows {
  let walk = untrodden;
  const staleAfter = async (limitMax: number): Promise<readonly SealedRow[]> => {
    const told = {
      values: [...walk.after, limitMax, sealing.prefix()],
      timeoutMs: limits.wholeTableMs,
    };
    return (await run<SealedRow>(pool, stale, told)).rows;
  };
  return {
    async keyUse() {
      const told = { timeoutMs: limits.wholeTableMs };
      const { rows } = await run<{ key: string; count: string }>(pool, keyUse, told);
      return new Map(rows.map(({ key, count }) => [key, Number(count)]));
    },
    async reseal(limitMax) {
      for (;;) {
        const rows = await staleAfter(limitMax);
        const { again, refused } = resealed(sealing, rows);
        if (again.length > 0) await replaceSealed(pool, again);
        const { sealed, refused: before } = walk;
        walk = {
          after: placeOf(rows),
          sealed: sealed + again.length,
          refused: alsoRefused(before, refused),
        };
        if (again.length > 0) return again.length;
        if (rows.length > 0) continue;
        walk = untrodden;
        // What lay before was sealed anew; gone through once more, for what was written meanwhile.
        if (sealed > 0) continue;
        demandOpened(before);
        return 0;
      }
    },
  };
}

/** The same rows under the current key; those that do not open stay as they are. */
function resealed(sealing: RowSealing, rows: readonly SealedRow[]) {
  const again: Replacement[] = [];
  const refused: string[] = [];
  for (const row of rows) {
    try {
      const kept = keptRowOf(sealing, row);
      again.push({ ...sealing.seal(row, kept, Object.keys(row.listed)), before: row.sealed });
    } catch (error) {
      if (!isFault(error) || error.code !== 'CIPHERTEXT_REFUSED') throw error;
      refused.push(wordsOf(error));
    }
  }
  return { again, refused };
}

function placeOf(rows: readonly SealedRow[]): Place {
  const last = rows.at(-1);
  return last === undefined ? beginning : [last.projection, last.key];
}

/** Whether anything stands here that code from before sealing has written. */
export async function hasPlainRows(client: ClientBase): Promise<boolean> {
  const text = 'select exists (select from read_rows where sealed is null) as found';
  const { rows } = await run<{ found: boolean }>(client, text);
  return rows[0]?.found === true;
}

/** The same of tables as they were before rows could be sealed: any row there is. */
export async function hasRowsOfBefore(pool: Pool): Promise<boolean> {
  const before = `select from pg_attribute
    where attrelid = to_regclass('read_rows') and attname = 'row' and not attisdropped`;
  const { rows } = await run<{ found: boolean }>(pool, `select exists (${before}) as found`);
  if (rows[0]?.found !== true) return false;
  const some = await run(pool, 'select 1 from read_rows limit 1');
  return some.rows.length > 0;
}

/** Seals every row that never was, as it stands there; `listedOf` names the members that stay in clear. */
export async function sealPlainRows(
  client: ClientBase,
  sealing: RowSealing,
  listedOf: (projection: string) => readonly string[],
): Promise<void> {
  for (let after: Place | undefined = beginning; after !== undefined;) {
    const told: { values: unknown[] } = { values: [...after, limits.pageMax] };
    const { rows } = await run<SealedRow>(client, plain, told);
    const sealed = rows.map((row) => {
      const { listed: whole, sources } = row;
      const kept = { row: whole, sources, asOf: new Date(row.as_of).toISOString() };
      return { ...sealing.seal(row, kept, listedOf(row.projection)), before: null };
    });
    if (rows.length > 0) await replaceSealed(client, sealed);
    after = rows.length === 0 ? undefined : placeOf(rows);
  }
}
