import type { StepRecord } from '../../participant/fence-table';
import type { Aggregate, StoredEvent } from '../ports';

/** A row of the events table as the driver reads it; `bigint` comes as text. */
export interface EventRow {
  readonly aggregate_id: string;
  readonly seq: string;
  readonly slot: number;
  readonly type: string;
  readonly schema_version: string;
  readonly time: Date;
  readonly data: StoredEvent['data'];
  readonly content_hash: string;
  readonly saga_id: string | null;
  readonly step: string | null;
  readonly epoch: string | null;
  readonly direction: 'forward' | 'undo' | null;
  readonly correlation_id: string | null;
  readonly causation_id: string | null;
  readonly traceparent: string | null;
  readonly published: boolean;
}

/** Columns of {@link EventRow}, in the order of a SELECT. */
export const eventColumns = `aggregate_id, seq, slot, type, schema_version, time, data, content_hash,
  saga_id, step, epoch, direction, correlation_id, causation_id, traceparent,
  published_at IS NOT NULL AS published`;

export function eventOf(row: EventRow): StoredEvent {
  return {
    aggregateId: row.aggregate_id,
    seq: Number(row.seq),
    slot: row.slot,
    type: row.type,
    schema: row.schema_version,
    time: row.time.toISOString(),
    data: row.data,
    contentHash: row.content_hash,
    ...(row.saga_id === null ? {} : { sagaId: row.saga_id }),
    ...(row.step === null ? {} : { step: row.step }),
    ...(row.epoch === null ? {} : { epoch: Number(row.epoch) }),
    ...(row.direction === null ? {} : { direction: row.direction }),
    ...(row.correlation_id === null ? {} : { correlationId: row.correlation_id }),
    ...(row.causation_id === null ? {} : { causationId: row.causation_id }),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  };
}

/** The event as `json_to_recordset` wants it; absent members become NULL. */
export function eventParameter(event: StoredEvent): object {
  return {
    aggregate_id: event.aggregateId,
    seq: event.seq,
    slot: event.slot,
    type: event.type,
    schema_version: event.schema,
    time: event.time,
    data: event.data,
    content_hash: event.contentHash,
    saga_id: event.sagaId,
    step: event.step,
    epoch: event.epoch,
    direction: event.direction,
    correlation_id: event.correlationId,
    causation_id: event.causationId,
    traceparent: event.traceparent,
  };
}

export interface StepRow {
  readonly state: StepRecord['state'];
  readonly epoch: string;
  readonly run: string;
  readonly input_hash: string;
  readonly result: StepRecord['result'];
  readonly effect: StepRecord['effect'];
}

export function stepRecordOf(row: StepRow): StepRecord {
  const { state, run, result, effect } = row;
  return { state, epoch: Number(row.epoch), run, inputHash: row.input_hash, result, effect };
}

export interface AggregateRow<State> {
  readonly id: string;
  readonly seq: string;
  readonly state: State;
}

export function aggregateOf<State>(row: AggregateRow<State>): Aggregate<State> {
  return { id: row.id, seq: Number(row.seq), state: row.state };
}
