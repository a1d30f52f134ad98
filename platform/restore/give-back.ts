import { eventId } from '../event-log/envelope';
import type { LogEvent } from '../event-log/envelope';
import type { SchemaRegistry } from '../event-log/schema-registry';
import type { RecordedEvent } from '../kernel/decision';
import { Fault } from '../kernel/faults';
import type { StepKey } from '../kernel/step';
import type { EventRef } from '../outbox/commit-mark';
import { eventAt } from '../outbox/event-at';
import { slotOf } from '../outbox/hash';
import type { AggregateChange, ServiceStore, StoredEvent, TransactionView } from '../outbox/ports';
import type { StepRecord } from '../participant/fence-table';
import type { Commit } from './commits';

/** The database that gets back what it has lost, and how its service folds. */
export interface GiveBackOptions {
  readonly store: Pick<ServiceStore<unknown>, 'transact' | 'history' | 'markPublished'>;
  /** Partitions of the service's topic. */
  readonly partitions: number;
  /** Events of an older major are folded as those of the newest; what is stored is what was written. */
  readonly schemas: Pick<SchemaRegistry, 'read'>;
  evolve(state: unknown, event: RecordedEvent): unknown;
}

/** Time for one transaction, milliseconds. */
const transactionMs = 30_000;

/**
 * Writes a commit of the log back as the one transaction it was: states by the service's own fold, events, step record;
 * then marks the events as sent. A torn one is given back as far as the log has it, under a record that fences its
 * saga's messages, since what it left is not known. Throws `STORE_CONFLICT` where somebody else has written meanwhile.
 */
export async function giveBack(options: GiveBackOptions, commit: Commit): Promise<void> {
  const { store, partitions } = options;
  const key = commit.image?.key ?? keyOf(commit);
  const stepRecord = await recordOf(options, commit);
  const events = commit.events.map(
    ({ service: _service, recordedTime: _recordedTime, ...event }): StoredEvent => ({
      ...event,
      slot: slotOf(event.aggregateId, partitions),
    }),
  );
  await store.transact(
    key,
    async (view) => {
      const aggregates = await changesOf(options, view, events);
      const isOlder = (view.stepRecord?.epoch ?? -1) > stepRecord.epoch;
      const left = isOlder && view.stepRecord !== undefined ? view.stepRecord : stepRecord;
      return { answer: undefined, commit: { stepRecord: left, aggregates } };
    },
    { timeoutMs: transactionMs },
  );
  await store.markPublished(events);
}

async function changesOf(
  options: GiveBackOptions,
  view: TransactionView<unknown>,
  events: readonly StoredEvent[],
): Promise<readonly AggregateChange<unknown>[]> {
  const ids = [...new Set(events.map(({ aggregateId }) => aggregateId))].sort();
  const loaded = await Promise.all(ids.map((id) => view.load(id)));
  return ids.map((id, index) => {
    const own = events.filter(({ aggregateId }) => aggregateId === id);
    const expectedSeq = loaded[index]?.seq ?? 0;
    if (own[0]?.seq !== expectedSeq + 1) {
      throw new Fault('STORE_CONFLICT', `${id} is at ${expectedSeq}: somebody else writes there`);
    }
    const state = own.reduce<unknown>((before, event) => {
      const { aggregateId, type, seq } = event;
      const data = currentData(options, event);
      return options.evolve(before, { aggregateId, type, data, seq });
    }, loaded[index]?.state);
    return { id, expectedSeq, state, events: own };
  });
}

function currentData(
  { schemas }: GiveBackOptions,
  { type, schema, data }: StoredEvent,
): StoredEvent['data'] {
  const read = schemas.read(type, schema, data);
  return read.verdict === 'valid' ? (read.current?.data ?? data) : data;
}

async function recordOf(options: GiveBackOptions, commit: Commit): Promise<StepRecord> {
  const { image } = commit;
  if (image === undefined) return tornRecord(commit.events);
  const missing = new Set(commit.missing);
  const refs = image.effect.filter(([id, seq]) => !missing.has(`${id}:${seq}`));
  const effect = await Promise.all(refs.map((ref) => effectEvent(options, commit, ref)));
  return { ...image.record, effect };
}

/** An event of the effect: of this very commit, or of an earlier one of the step, which is given back by now. */
async function effectEvent(
  { store }: GiveBackOptions,
  commit: Commit,
  [aggregateId, seq]: EventRef,
): Promise<RecordedEvent> {
  const own = commit.events.find((it) => it.aggregateId === aggregateId && it.seq === seq);
  const event = own ?? (await eventAt(store, aggregateId, seq));
  if (event === undefined) {
    throw new Fault('INVARIANT_BROKEN', `${commit.id} names ${aggregateId}:${seq}, which is gone`);
  }
  return { aggregateId, seq, type: event.type, data: event.data };
}

/** Run and input of a torn commit are lost with its last event: no message of its generation may pass any more. */
function tornRecord(events: readonly LogEvent[]): StepRecord {
  const [first] = events;
  const effect = events.map(({ aggregateId, seq, type, data }) => ({
    aggregateId,
    seq,
    type,
    data,
  }));
  const isUndo = first?.direction === 'undo';
  return {
    ...{ state: isUndo ? 'undone' : 'done', epoch: first?.epoch ?? 0, run: 'torn' },
    ...{ inputHash: '', result: null, effect: isUndo ? [] : effect },
  };
}

/** The step of a torn commit; an operation says its own in its cause. */
function keyOf({ id, events }: Commit): StepKey {
  const [first] = events;
  if (first?.sagaId !== undefined && first.step !== undefined) {
    return { sagaId: first.sagaId, step: first.step };
  }
  const [, sagaId, step] = /^(.*):([^:]+)$/.exec(first?.causationId ?? '') ?? [];
  if (sagaId === undefined || step === undefined) {
    throw new Fault(
      'INVARIANT_BROKEN',
      `${first === undefined ? id : eventId(first)} has no cause`,
    );
  }
  return { sagaId, step };
}
