import { createHash } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
import type { StepKey } from '../../kernel/step';
import { closingKeyOf, everyStep } from '../../participant/closing';
import type { StepRecord } from '../../participant/fence-table';
import { Conflict } from '../conflict';
import type { NamedStepRecord } from '../ports';
import type { Sealing } from '../sealing';
import { run } from './connection';
import { stepColumns, stepRecordOf } from './rows';
import type { StepRow } from './rows';
import type { Tables } from './schema';

/** First half of our advisory locks' keys; the other half is a hash of the saga's id. */
const sagaLocks = 4_200_002;

/**
 * The statement every transaction begins with: steps of a saga share its lock, its closing has it alone. So a closing
 * waits for every step that is under way, and a step that comes later finds the closing. Sent with BEGIN: it costs no
 * round trip, and the next statement's snapshot is taken after it. Two sagas of one hash only wait for each other.
 */
export function lockOfSaga({ sagaId, step }: StepKey): string {
  const hash = createHash('sha256').update(sagaId).digest().readInt32BE(0);
  const lock = step === everyStep ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  return `SELECT ${lock}(${sagaLocks}, ${hash})`;
}

/** What the transaction of a step begins with: its record, locked, and the saga's closing. */
interface LockedStep {
  /** Undefined when this transaction is the first. */
  readonly stepRecord: StepRecord | undefined;
  readonly closing: StepRecord | undefined;
}

/** The columns of the closing, all null where there is none, and whether the row of the step is new. */
type FirstRow = Partial<StepRow> & { readonly is_new: boolean };

/**
 * Takes the step's lock and answers its record and the saga's closing. The inserted row is a placeholder that is
 * overwritten before the commit or rolled back; even if it leaked, nobody could open it.
 */
export async function lockStep(
  client: ClientBase,
  { steps }: Tables,
  { key, sealing }: { readonly key: StepKey; readonly sealing: Sealing },
): Promise<LockedStep> {
  const { sagaId, step } = key;
  const { rows: first } = await run<FirstRow>(
    client,
    `WITH inserted AS (
       INSERT INTO ${steps} (saga_id, step, state, epoch, run, input_hash, result, effect)
       VALUES ($1, $2, 'tombstone', -1, '', '', 'null', '[]') ON CONFLICT DO NOTHING RETURNING 1)
     SELECT EXISTS (SELECT FROM inserted) AS is_new, ${stepColumns}
     FROM (SELECT) AS always LEFT JOIN ${steps} ON saga_id = $1 AND step = $3 AND step <> $2`,
    { values: [sagaId, step, everyStep], isKept: true },
  );
  const under = closingKeyOf(key);
  const closing =
    under && first[0]?.state ? stepRecordOf(sealing, under, first[0] as StepRow) : undefined;
  if (first[0]?.is_new === true) return { stepRecord: undefined, closing };
  const { rows } = await run<StepRow>(
    client,
    `SELECT ${stepColumns} FROM ${steps} WHERE saga_id = $1 AND step = $2 FOR UPDATE`,
    { values: [sagaId, step], isKept: true },
  );
  const row = rows[0];
  if (row === undefined) throw new Conflict('the other delivery rolled back');
  return { stepRecord: stepRecordOf(sealing, key, row), closing };
}

/** The statement that writes over the locked row; its parameters begin behind so many others. */
export function writtenStep(steps: string, behind: number): string {
  const at = (place: number) => `$${behind + place}`;
  return `UPDATE ${steps} SET state = ${at(3)}, epoch = ${at(4)}, run = ${at(5)},
      input_hash = ${at(6)}, command = ${at(7)}, recorded_at = ${at(8)}, trimmed = ${at(9)},
      result = ${at(10)}, effect = ${at(11)}, plan = ${at(12)}
    WHERE saga_id = ${at(1)} AND step = ${at(2)}`;
}

/** Its values. */
export function stepValues(
  key: StepKey,
  { record, sealing }: { readonly record: StepRecord; readonly sealing: Sealing },
): unknown[] {
  const sealed = sealing.sealStep(key, record);
  const { state, epoch, run: writer, inputHash, command, recordedAt, trimmed } = sealed;
  const json = [sealed.result, sealed.effect, sealed.plan].map((it) => JSON.stringify(it) ?? null);
  const kept = [state, epoch, writer, inputHash, command ?? null, recordedAt ?? null];
  return [key.sagaId, key.step, ...kept, trimmed ?? null, ...json];
}

/** The rows of a saga's steps, without its closing. */
export async function readSteps(
  pool: Pool,
  { steps }: Tables,
  { sagaId, sealing }: { readonly sagaId: string; readonly sealing: Sealing },
): Promise<NamedStepRecord[]> {
  const { rows } = await run<StepRow & { readonly step: string }>(
    pool,
    `SELECT step, ${stepColumns} FROM ${steps} WHERE saga_id = $1 AND step <> $2
     ORDER BY step COLLATE "C"`,
    { values: [sagaId, everyStep] },
  );
  return rows.map((row) => {
    const { step } = row;
    return { step, ...stepRecordOf(sealing, { sagaId, step }, row) };
  });
}
