import type { Json } from '../../kernel/json';
import { run } from '../../outbox/postgres/connection';
import type { SealedRows } from '../../outbox/sealing';
import type { LedgerClear, LedgerSealing } from './sealing';

type Client = Parameters<typeof run>[0];

/** A statement that reads a whole table; milliseconds. */
const wholeTableMs = 600_000;

/** How many rows are sealed in one statement when a ledger is taken over. */
const pageMax = 500;

type Table = keyof LedgerClear;

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
const names = Object.keys(tables) as Table[];

/** A sealed column as the text that was sealed, null for what is no string. */
function textOf({ column, type }: Sealed, of = ''): string {
  const name = `${of}${column}`;
  return type === 'text'
    ? name
    : `case json_typeof(${name}) when 'string' then ${name} #>> '{}' end`;
}

/** A row with its clear columns; `held` is what its sealed column holds, of a JSON column the value. */
type Row = LedgerClear[Table] & { readonly held: unknown };

const columnsOf = ({ column, key, clear }: Sealed): string =>
  [...key, ...clear, `${column} as held`].join(', ');

/** What keys the rows of the ledger are sealed with, and sealing them anew. */
export function sealedLedgerRows(pool: Client, sealing: LedgerSealing): SealedRows {
  return {
    async keyUse() {
      const keyIdOf = (of: Sealed): string =>
        `coalesce(substring(${textOf(of)} from '^hf1\\.([A-Za-z0-9_-]{1,64})\\.'), '')`;
      const keys = names.map((name) => `select ${keyIdOf(tables[name])} as key from ${name}`);
      const text = `select key, count(*) from (${keys.join(' union all ')}) as keys group by key`;
      const told = { timeoutMs: wholeTableMs };
      const { rows } = await run<{ key: string; count: string }>(pool, text, told);
      return new Map(rows.map(({ key, count }) => [key, Number(count)]));
    },
    async reseal(limitMax) {
      let found = 0;
      const current = sealing.prefix();
      for (const name of names) {
        const of = tables[name];
        const text = `select ${columnsOf(of)} from ${name}
          where not coalesce(starts_with(${textOf(of)}, $1), false) limit $2`;
        const told = { values: [current, limitMax - found], timeoutMs: wholeTableMs };
        const { rows } = await run<Row>(pool, text, told);
        const again = (row: Row) => sealing.seal(name, row, sealing.open(name, row, row.held));
        // Who wrote a row meanwhile has sealed it with the current key.
        await write(pool, name, { rows, seal: again, where: `${textOf(of, 't.')} = n.held` });
        found += rows.length;
      }
      return found;
    },
  };
}

/** Whether anything stands here that code from before sealing has written. */
export async function hasContent(client: Client): Promise<boolean> {
  const found = names.map((name) => `exists (select from ${name})`).join(' or ');
  const { rows } = await run<{ found: boolean }>(client, `select ${found} as found`);
  return rows[0]?.found === true;
}

/** Seals every row as it stands there: all of it is plaintext. */
export async function sealPlainRows(client: Client, sealing: LedgerSealing): Promise<void> {
  for (const name of names) {
    const seal = (row: Row) => sealing.seal(name, row, row.held as Json);
    for (let page = await pageAfter(client, name, []); page.length > 0;) {
      await write(client, name, { rows: page, seal, where: 'true' });
      page = await pageAfter(client, name, keyOf(tables[name], page.at(-1)!));
    }
  }
}

async function pageAfter(
  client: Client,
  name: Table,
  last: readonly unknown[],
): Promise<readonly Row[]> {
  const of = tables[name];
  const key = of.key.join(', ');
  const behind = `where (${key}) > (${of.key.map((_, at) => `$${at + 1}`).join(', ')})`;
  const text = `select ${columnsOf(of)} from ${name} ${last.length === 0 ? '' : behind}
    order by ${key} limit ${pageMax}`;
  return (await run<Row>(client, text, { values: [...last] })).rows;
}

const keyOf = ({ key }: Sealed, row: Row): readonly unknown[] =>
  key.map((column) => (row as unknown as Readonly<Record<string, unknown>>)[column]);

interface Writing {
  readonly rows: readonly Row[];
  readonly seal: (row: Row) => string;
  /** Which of them are written: `t` is the row as it is, `n` what was read and what comes. */
  readonly where: string;
}

/** Writes a page of rows in one statement. */
async function write(client: Client, name: Table, { rows, seal, where }: Writing): Promise<void> {
  if (rows.length === 0) return;
  const of = tables[name];
  const { column, key, type } = of;
  const sealed = rows.map(seal);
  const columns: unknown[][] = key.map((_, at) => rows.map((row) => keyOf(of, row)[at]));
  const values = [
    ...columns,
    rows.map(({ held }) => (typeof held === 'string' ? held : null)),
    type === 'json' ? sealed.map((text) => JSON.stringify(text)) : sealed,
  ];
  const lists = values.map((_, at) => `$${at + 1}::text[]`).join(', ');
  const text = `update ${name} as t set ${column} = n.sealed::${type}
    from unnest(${lists}) as n(${key.join(', ')}, held, sealed)
    where ${key.map((one) => `t.${one} = n.${one}`).join(' and ')} and ${where}`;
  await run(client, text, { values, timeoutMs: wholeTableMs });
}
