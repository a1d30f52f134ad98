import { Fault } from '../kernel/faults';
import type { StepKey } from '../kernel/step';
import type { StepRecord } from '../participant/fence-table';
import type { AggregateChange, StoredEvent, TransactionOutcome } from './ports';
import { contentHashOf } from './stamp';

/** An event by its aggregate and number. */
export type EventRef = readonly [aggregateId: string, seq: number];

/**
 * What a transaction left in its step record, as the last of its events carries it to the log: with it the log can give
 * back the fence of a service whose database was lost, not only its states. Effects are named, not repeated.
 */
export interface StepImage {
  readonly key: StepKey;
  readonly record: Omit<StepRecord, 'effect' | 'trimmed'>;
  /** Events the record's effect consists of; also of an earlier transaction of the step. */
  readonly effect: readonly EventRef[];
  /** Every event of the transaction: in a log that ends early, one of them may be missing. */
  readonly events: readonly EventRef[];
}

/** Most bytes of an image as JSON: beside the events of a transaction it must fit into one item of DynamoDB. */
export const stepImageBytesMax = 80_000;

const refOf = ({ aggregateId, seq }: { aggregateId: string; seq: number }): EventRef => [
  aggregateId,
  seq,
];

/**
 * Marks what a transaction writes: every event gets the id of the last one, and the last one the step record. Changes
 * nothing where nothing is written, or no event. Throws the fault `EVENT_INVALID` for an image above its limit.
 */
export function markCommit<Answer, State>(
  key: StepKey,
  outcome: TransactionOutcome<Answer, State>,
): TransactionOutcome<Answer, State> {
  const { commit } = outcome;
  const events = commit?.aggregates.flatMap((change) => change.events) ?? [];
  const last = events.at(-1);
  if (commit === undefined || last === undefined) return outcome;
  const stepImage = { key, ...recordOf(commit.stepRecord), events: events.map(refOf) };
  const bytes = Buffer.byteLength(JSON.stringify(stepImage));
  if (bytes > stepImageBytesMax) {
    throw new Fault('EVENT_INVALID', `the step record of "${key.step}" has ${bytes} bytes`);
  }
  const commitId = `${last.aggregateId}:${last.seq}`;
  const marked = (event: StoredEvent): StoredEvent => {
    const content = { ...event, commitId, ...(event === last ? { stepImage } : {}) };
    return { ...content, contentHash: contentHashOf(content) };
  };
  const aggregates = commit.aggregates.map((change): AggregateChange<State> => ({
    ...change,
    events: change.events.map(marked),
  }));
  return { ...outcome, commit: { ...commit, aggregates } };
}

function recordOf({ effect, trimmed: _trimmed, ...record }: StepRecord) {
  return { record, effect: effect.map(refOf) };
}
