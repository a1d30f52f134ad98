import type { ClientBase, Pool } from 'pg';
import { run } from '../../platform/outbox/postgres/connection';
import type { SealedRow } from './sealing';

/** What opens a row, and says which it is. */
export const rowColumns = 'projection, key, listed, sources, as_of, sealed';

/** Rows of one generation by key, each looked up by itself, as they stand in this transaction; no key twice. */
export const rowsByKey = `
  select found.* from unnest($2::text[]) as asked (its_key) cross join lateral (
    select ${rowColumns} from read_rows where projection = $1 and key = its_key offset 0) as found`;

const written = `
  from jsonb_to_recordset($1::jsonb) as r (projection text, key text, listed jsonb, sources text[],
    as_of timestamptz, sealed text, before text)`;

/** Writes rows, whatever stood there. */
const upsertRows = `
  insert into read_rows (${rowColumns}) select ${rowColumns} ${written}
  on conflict (projection, key) do update set listed = excluded.listed,
    sources = excluded.sources, as_of = excluded.as_of, sealed = excluded.sealed,
    updated_at = now()`;

/** Seals rows that were there otherwise, each where it still holds what was read. When it was updated stays. */
const sealAgain = `
  update read_rows as old set listed = r.listed, sealed = r.sealed ${written}
  where old.projection = r.projection and old.key = r.key
    and old.sealed is not distinct from r.before`;

/** A row, and the sealed text it is to replace. */
export type Replacement = SealedRow & { readonly before: unknown };

/** Writes all of them in one statement; none where there is nothing to write. */
export async function upsertSealed(
  client: ClientBase | Pool,
  rows: readonly SealedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await run(client, upsertRows, { values: [JSON.stringify(rows)], isKept: true });
}

/** Replaces sealed texts, in one statement; rows that somebody else has written meanwhile stay as they are. */
export async function replaceSealed(
  client: ClientBase | Pool,
  rows: readonly Replacement[],
): Promise<void> {
  await run(client, sealAgain, { values: [JSON.stringify(rows)] });
}
