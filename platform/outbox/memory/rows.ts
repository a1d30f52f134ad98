import type { Json } from '../../kernel/json';
import type { StepKey } from '../../kernel/step';
import { closingKeyOf, everyStep } from '../../participant/closing';
import type { StepRecord } from '../../participant/fence-table';
import { Conflict } from '../conflict';
import type { Aggregate, AggregateChange, NamedStepRecord, SlotLease, StoredEvent } from '../ports';

/** An event with what the outbox knows of it; `ord` is the fairness order, drawn at commit. */
export interface EventRow {
  readonly event: StoredEvent;
  readonly ord: number;
  published: boolean;
}

/** All rows of one in-memory service. Values are copied in and out, so no caller can change what was committed. */
export interface Rows<State = Json> {
  readonly steps: Map<string, { readonly record: StepRecord; readonly version: number }>;
  readonly aggregates: Map<string, Aggregate<State>>;
  readonly events: Map<string, EventRow>;
  readonly leases: Map<number, SlotLease>;
  ord: number;
}

export function emptyRows<State>(): Rows<State> {
  return { steps: new Map(), aggregates: new Map(), events: new Map(), leases: new Map(), ord: 0 };
}

/** Key of a step row; the separator cannot occur in either part. */
export function stepRowKey(key: StepKey): string {
  return `${key.sagaId}\u0000${key.step}`;
}

/** The row of the closing that a key's row is written under. */
export function closingOf<State>(rows: Rows<State>, key: StepKey) {
  const closingKey = closingKeyOf(key);
  return closingKey && rows.steps.get(stepRowKey(closingKey));
}

/** The rows of a saga's steps, ascending by step. */
export function stepRecordsOf<State>(rows: Rows<State>, sagaId: string): NamedStepRecord[] {
  const prefix = stepRowKey({ sagaId, step: '' });
  const own = [...rows.steps].filter(([key]) => key.startsWith(prefix));
  const named = own.map(([key, { record }]) => ({ step: key.slice(prefix.length), ...record }));
  const steps = named.filter(({ step }) => step !== everyStep);
  return structuredClone(steps.sort((left, right) => (left.step < right.step ? -1 : 1)));
}

export function eventRowKey(event: { readonly aggregateId: string; readonly seq: number }): string {
  return `${event.aggregateId}\u0000${event.seq}`;
}

/** What one transaction wants to write, and the step row's version it was decided on (0: absent). */
export interface Write<State> {
  readonly key: StepKey;
  readonly stepVersion: number;
  /** Version of the saga's closing it was decided under (0: none). */
  readonly closingVersion: number;
  readonly record: StepRecord;
  readonly changes: readonly AggregateChange<State>[];
  /** Sequence of every aggregate the decision looked at (0: absent): none may have moved meanwhile. */
  readonly reads: ReadonlyMap<string, number>;
}

/** All or nothing, as one synchronous act: checks every expectation first, then writes. Throws `Conflict`. */
export function commit<State>(rows: Rows<State>, write: Write<State>): void {
  const rowKey = stepRowKey(write.key);
  if ((rows.steps.get(rowKey)?.version ?? 0) !== write.stepVersion) throw new Conflict('step');
  const closingVersion = closingOf(rows, write.key)?.version ?? 0;
  if (closingVersion !== write.closingVersion) throw new Conflict('closing');
  const expected = [...write.reads, ...write.changes.map((it) => [it.id, it.expectedSeq] as const)];
  for (const [id, seq] of expected) {
    if ((rows.aggregates.get(id)?.seq ?? 0) !== seq) throw new Conflict(`aggregate ${id}`);
  }
  for (const event of write.changes.flatMap(({ events }) => events)) {
    if (rows.events.has(eventRowKey(event))) throw new Conflict(`event ${event.seq}`);
  }
  rows.steps.set(rowKey, structuredClone({ record: write.record, version: write.stepVersion + 1 }));
  for (const { id, expectedSeq, state, events } of structuredClone(write.changes)) {
    rows.aggregates.set(id, { id, seq: expectedSeq + events.length, state });
    for (const event of events) {
      rows.ord += 1;
      rows.events.set(eventRowKey(event), { event, ord: rows.ord, published: false });
    }
  }
}
