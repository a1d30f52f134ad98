import type { Json } from '../../kernel/json';
import { run } from '../../outbox/postgres/connection';
import { keyIdOf } from '../../outbox/postgres/sealed-columns';
import type { LedgerClear, LedgerSealing } from './sealing';

export type Client = Parameters<typeof run>[0];

/** A statement that reads a whole table; milliseconds. */
const wholeTableMs = 600_000;

/** How many rows are sealed in one statement when a ledger is taken over. */
const pageMax = 500;

export type Table = keyof LedgerClear;

/** The sealed column of a table, its type, and what tells its rows apart. */
interface Sealed {
  readonly column: string;
  readonly type: 'text' | 'json';
  readonly key: readonly [string, ...string[]];
  /** The other clear columns. */
  readonly clear: readonly string[];
}

const tables: { readonly [Name in Table]: Sealed } = {
  audit_marks: { column: 'mark', type: 'json', key: ['service'], clear: [] },
  audit_aggregates: {
    ...{ column: 'state', type: 'text', key: ['service', 'id'] },
    clear: ['seq', 'log_seq', 'stalled'],
  },
  audit_family_parts: {
    ...{ column: 'part', type: 'json', key: ['workflow_id', 'service'], clear: ['ended'] },
  },
  audit_findings: {
    ...{ column: 'detail', type: 'text', key: ['code', 'service', 'subject'] },
    clear: ['event_id', 'saga_id'],
  },
};
export const sealedTables = Object.keys(tables) as Table[];

/** A sealed column as the text that was sealed, null for what is no string. */
function textOf({ column, type }: Sealed, of = ''): string {
  const name = `${of}${column}`;
  return type === 'text'
    ? name
    : `case json_typeof(${name}) when 'string' then ${name} #>> '{}' end`;
}

/** A row with its clear columns; `held` is what its sealed column holds, of a JSON column the value. */
export type Row = LedgerClear[Table] & { readonly held: unknown };

const columnsOf = ({ column, key, clear }: Sealed): string =>
  [...key, ...clear, `${column} as held`].join(', ');

/** How many rows are sealed with each key, by its id. */
export async function countByKey(client: Client): Promise<ReadonlyMap<string, number>> {
  const keys = sealedTables.map((name) => {
    return `select ${keyIdOf(textOf(tables[name]))} as key from ${name}`;
  });
  const text = `select key, count(*) from (${keys.join(' union all ')}) as keys group by key`;
  const told = { timeoutMs: wholeTableMs };
  const { rows } = await run<{ key: string; count: string }>(client, text, told);
  return new Map(rows.map(({ key, count }) => [key, Number(count)]));
}

/** Whether anything stands here that code from before sealing has written. */
export async function hasContent(client: Client): Promise<boolean> {
  const found = sealedTables.map((name) => `exists (select from ${name})`).join(' or ');
  const { rows } = await run<{ found: boolean }>(client, `select ${found} as found`);
  return rows[0]?.found === true;
}

/** Seals every row as it stands there: all of it is plaintext. */
export async function sealPlainRows(client: Client, sealing: LedgerSealing): Promise<void> {
  for (const name of sealedTables) {
    for (let after: readonly unknown[] | undefined = []; after !== undefined;) {
      const rows: readonly Row[] = await pageOf(client, name, { after, limitMax: pageMax });
      const sealed = rows.map((row) => {
        return { row, sealed: sealing.seal(name, row, row.held as Json) };
      });
      await write(client, name, sealed, 'any');
      const last = rows.at(-1);
      after = last === undefined ? undefined : keyOf(name, last);
    }
  }
}

/** Rows of a table behind a key, in its order. */
export interface Page {
  /** Values of the key's columns; empty for the first page. */
  readonly after: readonly unknown[];
  readonly limitMax: number;
  /** Rows whose sealed text begins with this are left out. */
  readonly but?: string;
}

export async function pageOf(
  client: Client,
  name: Table,
  { after, limitMax, but }: Page,
): Promise<readonly Row[]> {
  const of = tables[name];
  const key = of.key.join(', ');
  const values: unknown[] = [...after];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const behind = `(${key}) > (${of.key.map((_, at) => `$${at + 1}`).join(', ')})`;
  const conditions = [
    ...(after.length === 0 ? [] : [behind]),
    ...(but === undefined ? [] : [`not coalesce(starts_with(${textOf(of)}, ${put(but)}), false)`]),
  ];
  const text = `select ${columnsOf(of)} from ${name}
    ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
    order by ${key} limit ${put(limitMax)}`;
  return (await run<Row>(client, text, { values, timeoutMs: wholeTableMs })).rows;
}

/** What tells a row of a table apart. */
export function keyOf(name: Table, row: Row): readonly unknown[] {
  const columns = row as unknown as Readonly<Record<string, unknown>>;
  return tables[name].key.map((column) => columns[column]);
}

/** A row as it was read, and what comes into its sealed column. */
export interface Resealed {
  readonly row: Row;
  readonly sealed: string;
}

/** Writes a page of rows in one statement, only those that still hold what was read unless told; answers how many. */
export async function write(
  client: Client,
  name: Table,
  page: readonly Resealed[],
  which: 'held' | 'any',
): Promise<number> {
  if (page.length === 0) return 0;
  const of = tables[name];
  const { column, key, type } = of;
  const sealed = page.map((one) => one.sealed);
  const columns: unknown[][] = key.map((_, at) => page.map(({ row }) => keyOf(name, row)[at]));
  const values = [
    ...columns,
    page.map(({ row: { held } }) => (typeof held === 'string' ? held : null)),
    type === 'json' ? sealed.map((text) => JSON.stringify(text)) : sealed,
  ];
  const lists = values.map((_, at) => `$${at + 1}::text[]`).join(', ');
  const where = which === 'any' ? 'true' : `${textOf(of, 't.')} = n.held`;
  const text = `update ${name} as t set ${column} = n.sealed::${type}
    from unnest(${lists}) as n(${key.join(', ')}, held, sealed)
    where ${key.map((one) => `t.${one} = n.${one}`).join(' and ')} and ${where}`;
  return (await run(client, text, { values, timeoutMs: wholeTableMs })).rowCount ?? 0;
}
