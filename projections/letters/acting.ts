import type { ClientBase, Pool } from 'pg';
import { LetterSettled } from '../../platform/event-log/letters/redrive';
import type {
  ActOptions,
  DeadLetter,
  KeptAct,
  LetterReport,
  LetterStore,
  LetterVerb,
  RedrivePlan,
} from '../../platform/event-log/letters/port';
import type { Json } from '../../platform/kernel/json';
import { inTransaction, run } from '../../platform/outbox/postgres/connection';
import { liveName } from '../generations/names';
import { lockProjection, storable, writeRows } from '../statements';
import { demandOpened, loadRows, loadView } from '../view';
import type { RowSealing } from '../rows/sealing';
import type { ActMember, ActRowKey, LetterSealing } from './sealing';
import * as sql from './statements';

/** Letters of one aggregate in one transaction, which must be over before a waiting projector loses patience. */
const limits = { queueMax: 500, transactionMs: 3_000 } as const;

interface Carrying extends ActOptions {
  readonly sealing: LetterSealing;
  readonly rows: RowSealing;
  readonly decide: Parameters<LetterStore['carryOut']>[1];
}

/** Carries an act out, or shows what it would do: the very same statements, and then a ROLLBACK. */
export async function carryOut(pool: Pool, told: Carrying) {
  const { projection, act, dryRun, sealing } = told;
  return inTransaction(pool, { timeoutMs: limits.transactionMs }, async (client) => {
    await run(client, lockProjection, { values: [projection] });
    const earlier = await actOf(client, sealing, act.id);
    if (earlier) return { result: { report: earlier.report, isRepeat: true }, commit: false };
    const before = act.verb === 'edit' ? await writeEdit(client, told) : undefined;
    const isOnlyKept = act.verb === 'edit' && !dryRun;
    const there = { ...told, projection: await generationOf(client, projection) };
    const plan = isOnlyKept ? undefined : await decide(client, there);
    if (plan) await write(client, there, plan);
    const report = await reportOf(client, there, plan);
    await keep(client, told, { report, before });
    return { result: { report, isRepeat: false }, commit: !dryRun };
  });
}

/** The live generation; it stays so until the lock of the projection is given back. */
async function generationOf(client: ClientBase, projection: string): Promise<string> {
  const { rows } = await run<{ name: string }>(client, `select ${liveName('$1')} as name`, {
    values: [projection],
  });
  return rows[0]?.name ?? projection;
}

async function actOf(
  client: ClientBase,
  sealing: LetterSealing,
  id: string,
): Promise<KeptAct | undefined> {
  const { rows } = await run<ActRow>(client, sql.act, { values: [id] });
  return rows.map((row) => keptAct(sealing, row))[0];
}

/** Answers the payload until then. */
async function writeEdit(client: ClientBase, { act, sealing }: Carrying): Promise<string> {
  const { letterId, edited = '' } = act;
  const { rows } = await run<sql.LetterRow>(client, sql.waiting, { values: [letterId] });
  const [row] = rows;
  if (!row) throw new LetterSettled('the letter waits no more');
  const before = sql.letterOf(sealing, row);
  const edits = row.edits + 1;
  const values = [letterId, sealing.sealEdit(row, edits, edited), edits];
  await run(client, sql.edit, { values });
  return before.edited ?? before.record.value;
}

async function decide(client: ClientBase, told: Carrying): Promise<RedrivePlan> {
  const { projection, aggregateId, sealing } = told;
  const rowsOf = { generation: projection, sealing: told.rows };
  const values = [projection, aggregateId, limits.queueMax];
  const { rows } = await run<sql.LetterRow>(client, sql.queue, { values });
  const letters: DeadLetter[] = rows.map((row) => sql.letterOf(sealing, row));
  return told.decide(letters, async (readings) => {
    const view = await loadView(client, rowsOf, readings);
    demandOpened(view);
    return { ...view, nextOffset: 0n };
  });
}

async function write(client: ClientBase, told: Carrying, plan: RedrivePlan): Promise<void> {
  const { projection, aggregateId, act, rows: sealing } = told;
  await writeRows(client, { generation: projection, sealing }, plan);
  const settled = JSON.stringify(plan.settled.map(({ id, end }) => [id, end]));
  await run(client, sql.settle, { values: [settled, act.id] });
  if (plan.stopped === undefined) return;
  const { id, seq, reason, detail, group, cause } = plan.stopped;
  const stop = [id, reason, storable(detail), group, storable(cause), seq];
  await run(client, sql.regroup, { values: [projection, aggregateId, ...stop] });
}

/** The rows as the database has them now, inside the transaction: what it would refuse is noticed in a dry run too. */
async function reportOf(
  client: ClientBase,
  { projection, aggregateId, rows: sealing }: Carrying,
  plan: RedrivePlan | undefined,
): Promise<LetterReport> {
  const { rows } = await run<{ left: number }>(client, sql.left, {
    values: [projection, aggregateId],
  });
  const left = rows[0]?.left ?? 0;
  if (plan === undefined) return { applied: 0, settled: 0, left, changes: [] };
  const now = await loadRows(client, { generation: projection, sealing }, [...plan.rows.keys()]);
  const { id, reason, detail = '' } = plan.stopped ?? {};
  return {
    ...{ applied: plan.applied.length, settled: plan.settled.length, left },
    ...(id && reason ? { stopped: { id, reason, detail: storable(detail) } } : {}),
    changes: [...now].map(([key, { row }]) => {
      const before = plan.before.get(key)?.row;
      return { key, ...(before === undefined ? {} : { before }), after: row };
    }),
  };
}

async function keep(
  client: ClientBase,
  { projection, aggregateId, act, sealing }: Carrying,
  { report, before }: { readonly report: LetterReport; readonly before: string | undefined },
): Promise<void> {
  const { id, letterId, verb, actor, reason, edited } = act;
  // As the column has it: `007` and `7` are one letter.
  const letter_id = String(BigInt(letterId));
  const at = { id, projection, aggregate_id: aggregateId, letter_id, verb, actor };
  const sealed = (member: ActMember, value: Json | undefined) =>
    value === undefined ? null : sealing.sealAct(at, member, value);
  const who = [id, projection, aggregateId, letterId, verb, actor, sealed('reason', reason)];
  const what = [sealed('payload_before', before), sealed('payload_after', edited)];
  const outcome = JSON.stringify(sealed('report', report as unknown as Json));
  await run(client, sql.insertAct, { values: [...who, ...what, outcome] });
}

/** What is unknown in it is sealed. */
interface ActRow extends ActRowKey {
  readonly verb: LetterVerb;
  readonly reason: unknown;
  readonly payload_before: unknown;
  readonly payload_after: unknown;
  readonly report: unknown;
  readonly at: Date;
}

function keptAct(sealing: LetterSealing, row: ActRow): KeptAct {
  const { id, projection, verb, actor } = row;
  const opened = (member: ActMember) => sealing.openAct(row, member, row[member]);
  return {
    ...{ id, projection, aggregateId: row.aggregate_id, letterId: row.letter_id },
    ...{ verb, actor, reason: opened('reason') as string, at: row.at.toISOString() },
    ...(row.payload_before === null ? {} : { before: opened('payload_before') as string }),
    ...(row.payload_after === null ? {} : { edited: opened('payload_after') as string }),
    report: opened('report') as unknown as LetterReport,
  };
}

/** Acts on one aggregate, oldest first. */
export async function readActs(
  pool: Pool,
  sealing: LetterSealing,
  values: readonly [projection: string, aggregateId: string],
): Promise<KeptAct[]> {
  const { rows } = await run<ActRow>(pool, sql.acts, { values: [...values] });
  return rows.map((row) => keptAct(sealing, row));
}
