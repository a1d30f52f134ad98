import type { ClientBase, Pool } from 'pg';
import { run } from '../../platform/outbox/postgres/connection';
import { keyIdOf } from '../../platform/outbox/postgres/sealed-columns';
import type { SealedRows } from '../../platform/outbox/sealing';
import type { ActMember, ActRowKey, LetterRowKey, LetterSealing } from './sealing';

/** A statement that reads a whole table; milliseconds. */
const wholeTableMs = 600_000;

/** What says under which keys a row is: the other members are sealed together with one of these. */
const letterTables = ['dead_letters', 'settled_letters'] as const;
const report = `report #>> '{}'`;
const counted = [
  ...letterTables.flatMap((table) => [
    `select ${keyIdOf('payload')} as key from ${table}`,
    `select ${keyIdOf('edited')} from ${table} where edited is not null`,
  ]),
  `select ${keyIdOf(report)} from dead_letter_acts`,
].join(' union all ');

/** What keys the letters of a store are sealed with, and sealing them anew. An edit counts for itself. */
export function postgresSealedLetters(pool: Pool, sealing: LetterSealing): SealedRows {
  return {
    async keyUse() {
      const text = `select key, count(*) from (${counted}) as keys group by key`;
      const told = { timeoutMs: wholeTableMs };
      const { rows } = await run<{ key: string; count: string }>(pool, text, told);
      return new Map(rows.map(({ key, count }) => [key, Number(count)]));
    },
    async reseal(limitMax) {
      let found = 0;
      const current = sealing.prefix();
      for (const table of letterTables) {
        const rows = await staleLetters(pool, table, [current, limitMax - found]);
        for (const row of rows) await resealLetter(pool, { table, sealing, row });
        found += rows.length;
      }
      const acts = await run<ActColumns>(pool, staleActs, { values: [current, limitMax - found] });
      for (const row of acts.rows) await resealAct(pool, sealing, row);
      return found + acts.rows.length;
    },
  };
}

type LetterTable = (typeof letterTables)[number];

interface LetterColumns extends LetterRowKey {
  readonly id: string;
  readonly payload: unknown;
  readonly headers: unknown;
  readonly edited: unknown;
  readonly edits: number;
}

const letterColumns = `id, projection, topic, partition, log_offset, aggregate_id, seq, hash, message_key,
  payload, headers, edited, edits`;

async function staleLetters(pool: Pool, table: LetterTable, values: unknown[]) {
  const text = `select ${letterColumns} from ${table}
    where not starts_with(payload, $1) or not starts_with(coalesce(edited, $1), $1)
    order by id limit $2`;
  const told = { values, timeoutMs: wholeTableMs };
  return (await run<LetterColumns>(pool, text, told)).rows;
}

/** Written only where it still holds what was read: an edit meanwhile is under the current key. */
async function resealLetter(
  pool: Pool,
  of: { readonly table: LetterTable; readonly sealing: LetterSealing; readonly row: LetterColumns },
): Promise<void> {
  const { table, sealing, row } = of;
  const { payload, headers } = sealing.seal(row, sealing.open(row, { ...row }));
  const edited = sealing.openEdit(row, row.edits, row.edited);
  const again = edited === undefined ? null : sealing.sealEdit(row, row.edits, edited);
  const text = `update ${table} set payload = $2, headers = $3::jsonb, edited = $4
    where id = $1 and payload = $5 and edited is not distinct from $6`;
  const now = [payload, JSON.stringify(headers), again];
  await run(pool, text, { values: [row.id, ...now, row.payload, row.edited] });
}

interface ActColumns extends ActRowKey, Readonly<Record<ActMember, unknown>> {}

const actColumns = `id, projection, aggregate_id, letter_id, verb, actor, reason, payload_before,
  payload_after, report`;
const staleActs = `select ${actColumns} from dead_letter_acts
  where not coalesce(starts_with(${report}, $1), false) limit $2`;

async function resealAct(pool: Pool, sealing: LetterSealing, row: ActColumns): Promise<void> {
  const again = (member: ActMember): string | null =>
    row[member] === null && member !== 'report'
      ? null
      : sealing.sealAct(row, member, sealing.openAct(row, member, row[member]));
  await writeAct(pool, row.id, again);
}

async function writeAct(
  client: Pool | ClientBase,
  id: string,
  sealed: (member: ActMember) => string | null,
): Promise<void> {
  const text = `update dead_letter_acts set reason = $2, payload_before = $3, payload_after = $4,
    report = $5::jsonb where id = $1`;
  const members = [sealed('reason'), sealed('payload_before'), sealed('payload_after')];
  await run(client, text, { values: [id, ...members, JSON.stringify(sealed('report'))] });
}

/** How many rows are read at once. */
const pageMax = 500;

/** Whether anything stands here that code from before sealing has written. */
export async function hasLetters(client: ClientBase): Promise<boolean> {
  const text = `select exists (select from dead_letters) or exists (select from settled_letters)
    or exists (select from dead_letter_acts) as found`;
  const { rows } = await run<{ found: boolean }>(client, text);
  return rows[0]?.found === true;
}

/** Seals every letter and every act as it stands there: all of it is plaintext. */
export async function sealPlainLetters(client: ClientBase, sealing: LetterSealing): Promise<void> {
  for (const table of letterTables) {
    const text = `select ${letterColumns} from ${table} where id > $1 order by id limit ${pageMax}`;
    for (let last: string | undefined = '-1'; last !== undefined;) {
      const { rows }: { rows: LetterColumns[] } = await run(client, text, { values: [last] });
      for (const row of rows) await sealPlainLetter(client, { table, sealing, row });
      last = rows.at(-1)?.id;
    }
  }
  const text = `select ${actColumns} from dead_letter_acts where id > $1 order by id limit ${pageMax}`;
  for (let last: string | undefined = ''; last !== undefined;) {
    const { rows }: { rows: ActColumns[] } = await run(client, text, { values: [last] });
    for (const row of rows) {
      await writeAct(client, row.id, (member) =>
        row[member] === null ? null : sealing.sealAct(row, member, row[member] as never),
      );
    }
    last = rows.at(-1)?.id;
  }
}

async function sealPlainLetter(
  client: ClientBase,
  of: { readonly table: LetterTable; readonly sealing: LetterSealing; readonly row: LetterColumns },
): Promise<void> {
  const { table, sealing, row } = of;
  const plain = { payload: row.payload as string, headers: row.headers as Record<string, string> };
  const { payload, headers } = sealing.seal(row, plain);
  const edits = row.edited === null ? 0 : 1;
  const edited = edits === 0 ? null : sealing.sealEdit(row, edits, row.edited as string);
  const text = `update ${table} set payload = $2, headers = $3::jsonb, edited = $4, edits = $5
    where id = $1`;
  await run(client, text, {
    values: [row.id, payload, JSON.stringify(headers), edited, edits],
  });
}
