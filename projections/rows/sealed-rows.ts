import type { ClientBase, Pool } from 'pg';
import { run } from '../../platform/outbox/postgres/connection';
import type { SealedRows } from '../../platform/outbox/sealing';
import { keptRowOf } from './sealing';
import type { RowSealing, SealedRow } from './sealing';
import { replaceSealed, rowColumns } from './statements';

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
  select coalesce(substring(sealed from '^hf1\\.([A-Za-z0-9_-]{1,64})\\.'), '') as key, count(*)
  from read_rows group by 1`;

const page = (condition: string): string => `
  select ${rowColumns} from read_rows where (projection, key) > ($1, $2) and ${condition}
  order by projection, key limit $3`;

/** `$4` is what the current key's texts begin with. */
const stale = page('not coalesce(starts_with(sealed, $4), false)');
const plain = page('sealed is null');

/** What keys the rows of a store are sealed with, those of every generation, and sealing them anew. */
export function postgresSealedRows(pool: Pool, sealing: RowSealing): SealedRows {
  // What lies before this was sealed anew; gone through once more at the end, for what was written meanwhile.
  let after = beginning;
  const staleAfter = async (limitMax: number): Promise<readonly SealedRow[]> => {
    const told = { values: [...after, limitMax, sealing.prefix()], timeoutMs: limits.wholeTableMs };
    return (await run<SealedRow>(pool, stale, told)).rows;
  };
  return {
    async keyUse() {
      const told = { timeoutMs: limits.wholeTableMs };
      const { rows } = await run<{ key: string; count: string }>(pool, keyUse, told);
      return new Map(rows.map(({ key, count }) => [key, Number(count)]));
    },
    async reseal(limitMax) {
      let rows = await staleAfter(limitMax);
      if (rows.length === 0 && after !== beginning) {
        after = beginning;
        rows = await staleAfter(limitMax);
      }
      if (rows.length === 0) return 0;
      await replaceSealed(
        pool,
        rows.map((row) => resealed(sealing, row)),
      );
      after = placeOf(rows);
      return rows.length;
    },
  };
}

/** The same row under the current key. */
function resealed(sealing: RowSealing, row: SealedRow) {
  const kept = keptRowOf(sealing, row);
  return { ...sealing.seal(row, kept, Object.keys(row.listed)), before: row.sealed };
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
