import type { ClientSession, Filter } from 'mongodb';
import { MaxKey } from 'mongodb';
import type { StepKey } from '../../kernel/step';
import { closingKeyOf, everyStep } from '../../participant/closing';
import type { StepRecord } from '../../participant/fence-table';
import type { NamedStepRecord } from '../ports';
import type { Sealing } from '../sealing';
import type { Collections, StepDocument, StepDocumentId } from './collections';
import { sorted } from './source';
import type { Ask } from './transaction';

type Steps = Collections['steps'];

/** What a transaction begins with: the step's document and the saga's closing, of one snapshot. */
export interface SeenStep {
  /** 0: there was no record. */
  readonly version: number;
  readonly stepRecord: StepRecord | undefined;
  readonly closing: StepRecord | undefined;
}

/** Reads a step's record and its saga's closing in one request. */
export async function readStep(
  steps: Steps,
  key: StepKey,
  {
    sealing,
    session,
    ask,
  }: { readonly sealing: Sealing; readonly session: ClientSession; readonly ask: Ask },
): Promise<SeenStep> {
  const closingKey = closingKeyOf(key);
  const ids = [key, ...(closingKey === undefined ? [] : [closingKey])].map(idOf);
  const documents = await ask(steps.find({ _id: { $in: ids } }, { session }).toArray());
  const written = documents.filter(isWritten);
  const own = written.find(({ _id }) => _id.step === key.step);
  const closing = written.find(({ _id }) => _id.step !== key.step);
  return {
    version: own?.version ?? 0,
    stepRecord: own && stepRecordOf(sealing, own),
    closing: closing && stepRecordOf(sealing, closing),
  };
}

/**
 * Writes a step's record over the version it was decided on, and touches the place of the saga's closing, in one
 * request. A snapshot does not see a closing that commits after it was taken, so the two must meet in a write: whoever
 * comes second gets a write conflict, and a step then finds the closing and a closing waits for the step. The price is
 * that two steps of one saga that commit here at the same moment conflict too; one of them is decided again.
 */
export async function writeStep(
  steps: Steps,
  key: StepKey,
  {
    record,
    version,
    sealing,
    session,
    ask,
  }: {
    readonly record: StepRecord;
    readonly version: number;
    readonly sealing: Sealing;
    readonly session: ClientSession;
    readonly ask: Ask;
  },
): Promise<void> {
  const _id = idOf(key);
  const closingKey = closingKeyOf(key);
  const stands = version === 0 ? { $exists: false } : version;
  // An upsert whose document has moved on inserts its id a second time: a conflict, never a second record.
  const filter = { _id, version: stands } as Filter<StepDocument>;
  const replacement = { ...sealing.sealStep(key, record), version: version + 1 };
  const own = { filter, replacement, upsert: true };
  const touch = closingKey && {
    filter: { _id: idOf(closingKey) },
    update: { $inc: { touched: 1 } },
    upsert: true,
  };
  const touches = touch === undefined ? [] : [{ updateOne: touch }];
  await ask(steps.bulkWrite([{ replaceOne: own }, ...touches], { session, ordered: true }));
}

/** Members in the one order of {@link StepDocumentId}. */
function idOf({ sagaId, step }: StepKey): StepDocumentId {
  return { sagaId, step };
}

/** The records of a saga's steps, without its closing; read from a majority. */
export async function readSteps(
  steps: Steps,
  { sagaId, sealing }: { readonly sagaId: string; readonly sealing: Sealing },
): Promise<NamedStepRecord[]> {
  const from: StepDocumentId = { sagaId, step: '' };
  const to = { sagaId, step: new MaxKey() };
  const range = { _id: { $gte: from, $lt: to } } as unknown as Filter<StepDocument>;
  const documents = await sorted(steps.find(range).sort({ _id: 1 }).toArray());
  const ofSteps = documents.filter(({ _id }) => _id.step !== everyStep);
  return ofSteps.map((it) => ({ step: it._id.step, ...stepRecordOf(sealing, it) }));
}

/** True for a record, false for a closing's place that was only ever touched. */
export function isWritten(document: StepDocument): boolean {
  return (document as { version?: number }).version !== undefined;
}

/** The record without what only the adapter needs. */
export function stepRecordOf(
  sealing: Sealing,
  { _id: key, version: _version, touched: _touched, ...record }: StepDocument,
): StepRecord {
  return sealing.openStep(key, record);
}
