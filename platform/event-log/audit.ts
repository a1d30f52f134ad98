import { contentHashOf } from '../outbox/stamp';
import type { OutboxSource, StoredEvent } from '../outbox/ports';
import { decodeEvent, eventId } from './envelope';
import type { LogEvent } from './envelope';
import { readTopic } from './read-topic';
import type { TopicReading } from './read-topic';

/** What can be wrong between a service's events table and its topic. */
export type AuditCode =
  /** Numbers of an aggregate do not go 1, 2, 3 … in the events table. */
  | 'TABLE_NOT_CONTIGUOUS'
  | 'TABLE_HASH_WRONG'
  | 'NOT_PUBLISHED'
  | 'NOT_IN_LOG'
  | 'NOT_IN_TABLE'
  /** The same id with two contents. */
  | 'HISTORY_FORKED'
  /** First occurrences of an aggregate's events are not in order. */
  | 'LOG_OUT_OF_ORDER'
  | 'RECORD_BROKEN';

/** A broken promise, counted, never repaired here. */
export interface AuditViolation {
  readonly code: string;
  readonly service: string;
  readonly subject: string;
  readonly detail: string;
}

/** What the log holds of one service. */
export interface LogContent {
  /** Every distinct event, by id. */
  readonly events: ReadonlyMap<string, LogEvent>;
  readonly records: number;
  readonly violations: readonly AuditViolation[];
}

export type LogReading = Omit<TopicReading, 'onRecord'> & { readonly service: string };

/** Reads a service's topic raw and checks it on its own: envelopes, hashes, order, repeats that differ. */
export async function readLog(reading: LogReading): Promise<LogContent> {
  const events = new Map<string, LogEvent>();
  const violations: AuditViolation[] = [];
  const lastSeqs = new Map<string, number>();
  let records = 0;
  const report = (code: AuditCode, subject: string, detail: string): void =>
    void violations.push({ code, service: reading.service, subject, detail });
  await readTopic({
    ...reading,
    onRecord: (record) => {
      records += 1;
      const place = `${record.topic}/${record.partition}@${record.offset}`;
      try {
        take(decodeEvent(record), place);
      } catch (error) {
        report('RECORD_BROKEN', place, String(error));
      }
    },
  });
  return { events, records, violations };

  function take(event: LogEvent, place: string): void {
    const id = eventId(event);
    const known = events.get(id);
    if (known !== undefined) {
      if (known.contentHash !== event.contentHash) report('HISTORY_FORKED', id, place);
      return;
    }
    const last = lastSeqs.get(event.aggregateId) ?? 0;
    if (event.seq !== last + 1) report('LOG_OUT_OF_ORDER', id, `${place} comes after ${last}`);
    lastSeqs.set(event.aggregateId, Math.max(last, event.seq));
    events.set(id, event);
  }
}

const pageMax = 500;

/** Compares a service's events table with what the log holds; every difference is one violation. */
export async function auditTable(
  service: string,
  source: Pick<OutboxSource, 'history'>,
  content: LogContent,
): Promise<{ readonly events: number; readonly violations: readonly AuditViolation[] }> {
  const violations: AuditViolation[] = [];
  const missing = new Set(content.events.keys());
  let before: StoredEvent | undefined;
  let count = 0;
  const report = (code: AuditCode, event: Pick<StoredEvent, 'aggregateId' | 'seq'>, detail = '') =>
    void violations.push({ code, service, subject: eventId(event), detail });
  for await (const event of wholeHistory(source)) {
    count += 1;
    const expected = before?.aggregateId === event.aggregateId ? before.seq + 1 : 1;
    if (event.seq !== expected) report('TABLE_NOT_CONTIGUOUS', event, `expected ${expected}`);
    if (contentHashOf(event) !== event.contentHash) report('TABLE_HASH_WRONG', event);
    if (!event.published) report('NOT_PUBLISHED', event);
    const logged = content.events.get(eventId(event));
    if (logged === undefined) report('NOT_IN_LOG', event);
    else if (logged.contentHash !== event.contentHash) report('HISTORY_FORKED', event, 'log');
    missing.delete(eventId(event));
    before = event;
  }
  for (const id of missing) {
    violations.push({ code: 'NOT_IN_TABLE', service, subject: id, detail: '' });
  }
  return { events: count, violations };
}

/** Every event of a service, ascending by aggregate and number, page by page. */
export async function* wholeHistory(source: Pick<OutboxSource, 'history'>) {
  for (let after: { aggregateId: string; seq: number } | undefined; ;) {
    const page = await source.history({ ...(after ? { after } : {}), limitMax: pageMax });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageMax) return;
    after = { aggregateId: last.aggregateId, seq: last.seq };
  }
}
