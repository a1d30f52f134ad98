import type { StepKey } from '../../kernel/step';
import type { StepRecord } from '../../participant/fence-table';
import type { Aggregate, StoredEvent } from '../ports';
import type { SealedEvent, Sealing } from '../sealing';

/** A row of the events table as the driver reads it; `bigint` comes as text. Content is sealed in all tables. */
export interface EventRow {
  readonly aggregate_id: string;
  readonly seq: string;
  readonly slot: number;
  readonly type: string;
  readonly schema_version: string;
  readonly time: Date;
  readonly data: unknown;
  readonly content_hash: string;
  readonly saga_id: string | null;
  readonly step: string | null;
  readonly epoch: string | null;
  readonly direction: 'forward' | 'undo' | null;
  readonly correlation_id: string | null;
  readonly causation_id: string | null;
  readonly traceparent: string | null;
  readonly commit_id: string | null;
  readonly step_image: unknown;
  readonly published: boolean;
}

/** Columns of {@link EventRow}, in the order of a SELECT. */
export const eventColumns = `aggregate_id, seq, slot, type, schema_version, time, data, content_hash,
  saga_id, step, epoch, direction, correlation_id, causation_id, traceparent,
  commit_id, step_image, published_at IS NOT NULL AS published`;

type Writable<Row> = { -readonly [Member in keyof Row]: Row[Member] };

export function eventOf(sealing: Sealing, row: EventRow): StoredEvent {
  const event: Writable<SealedEvent> = {
    aggregateId: row.aggregate_id,
    seq: Number(row.seq),
    slot: row.slot,
    type: row.type,
    schema: row.schema_version,
    time: row.time.toISOString(),
    data: row.data,
    contentHash: row.content_hash,
  };
  if (row.saga_id !== null) event.sagaId = row.saga_id;
  if (row.step !== null) event.step = row.step;
  if (row.epoch !== null) event.epoch = Number(row.epoch);
  if (row.direction !== null) event.direction = row.direction;
  if (row.correlation_id !== null) event.correlationId = row.correlation_id;
  if (row.causation_id !== null) event.causationId = row.causation_id;
  if (row.traceparent !== null) event.traceparent = row.traceparent;
  if (row.commit_id !== null) event.commitId = row.commit_id;
  if (row.step_image !== null) event.stepImage = row.step_image;
  return sealing.openEvent(event);
}

/** What of a sealed event goes into which column, and the column's type; every value travels as text. */
export const eventParameters: readonly {
  readonly name: string;
  readonly type: string;
  readonly of: (event: SealedEvent) => string | number | undefined;
}[] = [
  { name: 'aggregate_id', type: 'text', of: (event) => event.aggregateId },
  { name: 'seq', type: 'bigint', of: (event) => event.seq },
  { name: 'slot', type: 'integer', of: (event) => event.slot },
  { name: 'type', type: 'text', of: (event) => event.type },
  { name: 'schema_version', type: 'text', of: (event) => event.schema },
  { name: 'time', type: 'timestamptz', of: (event) => event.time },
  { name: 'data', type: 'json', of: (event) => JSON.stringify(event.data) },
  { name: 'content_hash', type: 'text', of: (event) => event.contentHash },
  { name: 'saga_id', type: 'text', of: (event) => event.sagaId },
  { name: 'step', type: 'text', of: (event) => event.step },
  { name: 'epoch', type: 'bigint', of: (event) => event.epoch },
  { name: 'direction', type: 'text', of: (event) => event.direction },
  { name: 'correlation_id', type: 'text', of: (event) => event.correlationId },
  { name: 'causation_id', type: 'text', of: (event) => event.causationId },
  { name: 'traceparent', type: 'text', of: (event) => event.traceparent },
  { name: 'commit_id', type: 'text', of: (event) => event.commitId },
  { name: 'step_image', type: 'json', of: (event) => jsonOf(event.stepImage) },
];

function jsonOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** A row of the table of step records; the last four columns are null in rows older than they are. */
export interface StepRow {
  readonly state: StepRecord['state'];
  readonly epoch: string;
  readonly run: string;
  readonly input_hash: string;
  readonly result: unknown;
  readonly effect: unknown;
  readonly command: string | null;
  readonly plan: unknown;
  readonly recorded_at: Date | null;
  readonly trimmed: boolean | null;
}

/** Columns of {@link StepRow}, in the order of a SELECT. */
export const stepColumns =
  'state, epoch, run, input_hash, result, effect, command, plan, recorded_at, trimmed';

export function stepRecordOf(sealing: Sealing, key: StepKey, row: StepRow): StepRecord {
  const { state, run, result, effect, command, plan } = row;
  return sealing.openStep(key, {
    ...{ state, epoch: Number(row.epoch), run, inputHash: row.input_hash, result, effect },
    ...(command === null ? {} : { command }),
    ...(plan === null || plan === undefined ? {} : { plan }),
    ...(row.recorded_at === null ? {} : { recordedAt: row.recorded_at.toISOString() }),
    ...(row.trimmed === true ? { trimmed: true } : {}),
  });
}

export interface AggregateRow {
  readonly id: string;
  readonly seq: string;
  readonly state: unknown;
}

export function aggregateOf<State>(sealing: Sealing, row: AggregateRow): Aggregate<State> {
  const version = { id: row.id, seq: Number(row.seq) };
  return { ...version, state: sealing.openState(version, row.state) as State };
}
