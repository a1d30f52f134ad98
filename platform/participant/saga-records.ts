import { z } from 'zod';
import { Fault } from '../kernel/faults';
import type { NamedStepRecord, ServiceStore, TransactionOutcome } from '../outbox/ports';
import { consultTakeover, everyStep, operationPrefix } from './closing';
import type { Takeover } from './closing';
import type { StepProvenance, StepRecord, StepState } from './fence-table';
import type { HandleOptions } from './handle';
import { parseInput } from './parse';
import { trimmedRecord } from './trimming';

/** Bounds of one call. */
export const sagaRecordLimits = { trimmedSagasMax: 100, idCharactersMax: 400 } as const;

/** A row as a recovery sees it: enough to settle, undo or leave its step, without results and effects. */
export interface StepRow extends StepProvenance {
  readonly step: string;
  readonly state: StepState;
  readonly epoch: number;
  /** The saga is long over: the row fences still, and is not reversed any more. */
  readonly trimmed?: true;
}

/** What of a saga's rows was let go, and which sagas there was no time for: ask again for those. */
export interface Trimmed {
  readonly trimmed: number;
  readonly left: readonly string[];
}

/**
 * What recovery and housekeeping ask of a participant. It is about step records alone, so no contract is needed, and
 * an older saga's commands may be unknown by now. Wrong requests are the fault `COMMAND_INVALID`.
 */
export interface SagaRecords {
  /**
   * Takes the saga over at this participant and answers its rows. From then on every message of a lower generation is
   * `STEP_FENCED`, whatever step it is of, so the rows hold everything lower generations will ever have done here. May
   * be repeated. Throws `STEP_FENCED` where a higher generation, or another run of this one, has taken over.
   */
  close(request: unknown, options?: HandleOptions): Promise<{ readonly rows: readonly StepRow[] }>;
  /** The rows as they are, with no door shut: a message under way may still change them. */
  rows(request: unknown): Promise<{ readonly rows: readonly StepRow[] }>;
  /**
   * Empties result and effect of every row of sagas that are over for good. A trimmed row answers a repeated forward
   * *done* with the result null, and refuses to be undone. May be repeated.
   */
  trim(request: unknown, options?: HandleOptions): Promise<Trimmed>;
}

/** Operations of a service's own API have rows too; they belong to no saga and stay as they are. */
const sagaId = z
  .string()
  .min(1)
  .max(sagaRecordLimits.idCharactersMax)
  .refine((id) => !id.startsWith(operationPrefix), 'no saga has this id');
const ofSaga = z.object({ sagaId });
const takeover = z.object({
  sagaId,
  generation: z.int().min(1),
  run: z.string().min(1).max(sagaRecordLimits.idCharactersMax),
});
const trimming = z.object({ sagaIds: z.array(sagaId).max(sagaRecordLimits.trimmedSagasMax) });

/** Gives recovery and housekeeping access to the step records in a service's store. */
export function createSagaRecords<State>(
  store: Pick<ServiceStore<State>, 'transact' | 'stepRecordsOf'>,
  clock: () => Date,
): SagaRecords {
  const rowsOf = async (id: string) => ({ rows: (await store.stepRecordsOf(id)).map(rowOf) });
  return {
    async close(request, options) {
      const asked = parseInput(takeover, request) as unknown as Takeover & { sagaId: string };
      const key = { sagaId: asked.sagaId, step: everyStep };
      const work = async ({ stepRecord }: { stepRecord: StepRecord | undefined }) =>
        takenOver<State>(stepRecord, asked, clock().toISOString());
      await store.transact(key, work, options);
      return rowsOf(asked.sagaId);
    },
    async rows(request) {
      return rowsOf((parseInput(ofSaga, request) as { sagaId: string }).sagaId);
    },
    async trim(request, { timeoutMs = Infinity } = {}) {
      const { sagaIds } = parseInput(trimming, request) as { sagaIds: string[] };
      const deadlineMs = performance.now() + timeoutMs;
      let trimmed = 0;
      for (const [index, id] of sagaIds.entries()) {
        const { rows, isWhole } = await trimSaga(store, id, deadlineMs);
        trimmed += rows;
        if (!isWhole) return { trimmed, left: sagaIds.slice(index) };
      }
      return { trimmed, left: [] };
    },
  };
}

function takenOver<State>(
  closing: StepRecord | undefined,
  asked: Takeover,
  now: string,
): TransactionOutcome<undefined, State> {
  const verdict = consultTakeover(closing, asked);
  if (verdict.do !== 'answer') {
    throw new Fault('STEP_FENCED', `generation ${asked.generation} does not take the saga over`);
  }
  if (verdict.write === undefined) return { answer: undefined };
  const stepRecord = { recordedAt: now, ...verdict.write };
  return { answer: undefined, commit: { stepRecord, aggregates: [] } };
}

/** Row by row, each under its own lock: a late message may be at work on any of them. */
async function trimSaga<State>(
  store: Pick<ServiceStore<State>, 'transact' | 'stepRecordsOf'>,
  id: string,
  deadlineMs: number,
): Promise<{ readonly rows: number; readonly isWhole: boolean }> {
  const rows = (await store.stepRecordsOf(id)).filter((row) => trimmedRecord(row) !== undefined);
  for (const [index, { step }] of rows.entries()) {
    if (performance.now() > deadlineMs) return { rows: index, isWhole: false };
    await store.transact({ sagaId: id, step }, async ({ stepRecord: row }) => {
      const stepRecord = row && trimmedRecord(row);
      const answer = undefined;
      return stepRecord === undefined
        ? { answer }
        : { answer, commit: { stepRecord, aggregates: [] } };
    });
  }
  return { rows: rows.length, isWhole: true };
}

function rowOf({
  run: _run,
  inputHash: _inputHash,
  result: _result,
  effect: _effect,
  ...row
}: NamedStepRecord): StepRow {
  return row;
}
