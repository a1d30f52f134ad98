import { eventId } from '../../event-log/envelope';
import type { LogEvent } from '../../event-log/envelope';
import type { LogRecord } from '../../event-log/ports';
import { contentHashOf } from '../../outbox/stamp';
import type { ServiceStore, StoredEvent } from '../../outbox/ports';
import { readEvent, unreadable } from '../../rebuild/roll/roll';
import type { RollService } from '../../rebuild/roll/roll';
import type { AuditFinding } from '../codes';
import type { Seen } from '../ledger/port';
import { foldNext, setSeen, setTracked, tell, trackedIn } from './draft';
import type { AuditedCode, Draft } from './draft';

/** A record of the log that could be read, with its place. */
export interface ReadRecord {
  readonly event: LogEvent;
  readonly record: LogRecord;
}

/** Bounds of filling a hole from the events table. */
export const fillMax = 500;

/** Reads records as every reader does; what cannot be read is a finding at its place in the log. */
export function decodeAll(records: readonly LogRecord[], of: RollService) {
  const read: ReadRecord[] = [];
  const findings: AuditFinding[] = [];
  for (const record of records) {
    try {
      read.push({ event: readEvent(record, of), record });
    } catch (error) {
      const { code, seq, detail } = unreadable(error, record, 0);
      const subject = `${record.topic}/${record.partition}@${record.offset}`;
      const claimed = `${record.key}:${seq}`;
      findings.push({ code, service: of.service, subject, eventId: claimed, detail });
    }
  }
  return { read, findings };
}

/** What taking records needs beside them. */
export interface Taking {
  readonly draft: Draft;
  readonly code: AuditedCode;
  readonly store: Pick<ServiceStore<unknown>, 'history'>;
  /** The partition has forgotten records that were not read: holes are no news. */
  readonly isTruncated: (partition: number) => boolean;
}

/** Takes records in the order of their partitions into the draft: news, repeats, forks, holes. */
export async function takeRecords(records: readonly ReadRecord[], taking: Taking): Promise<void> {
  for (const one of records) await takeOne(one, taking);
}

async function takeOne({ event, record }: ReadRecord, taking: Taking): Promise<void> {
  const { draft } = taking;
  const known = draft.seen.get(eventId(event));
  const place = { partition: record.partition, offset: record.offset };
  if (known !== undefined) return takeAgain(draft, event, { known, place });
  if (event.seq > trackedIn(draft, event.aggregateId).seq + 1) await fillHole(event, place, taking);
  const tracked = trackedIn(draft, event.aggregateId);
  const { aggregateId, seq, contentHash: hash } = event;
  setSeen(draft, { aggregateId, seq, hash, isFilled: false, ...place });
  draft.events += 1;
  if (seq === tracked.seq + 1 && !tracked.isStalled) foldNext(draft, event, taking.code);
  else if (seq <= tracked.logSeq) {
    tell(draft, 'LOG_OUT_OF_ORDER', { ...event, detail: `it came after ${tracked.logSeq}` });
  }
  showInLog(draft, event);
}

type Place = Pick<Seen, 'partition' | 'offset'>;

/** The same id once more: a repeat, a fork, or what the log went on without and has now. */
function takeAgain(
  draft: Draft,
  event: LogEvent,
  { known, place }: { readonly known: Seen; readonly place: Place },
): void {
  if (known.hash !== event.contentHash) {
    const detail = `the log holds two contents, ${known.partition}@${known.offset} and ${place.partition}@${place.offset}`;
    return tell(draft, 'HISTORY_FORKED', { ...event, detail });
  }
  if (!known.isFilled) {
    draft.repeats += 1;
    return;
  }
  draft.events += 1;
  setSeen(draft, { ...known, ...place, isFilled: false });
  const { logSeq } = trackedIn(draft, event.aggregateId);
  if (logSeq > event.seq) {
    tell(draft, 'LOG_OUT_OF_ORDER', { ...event, detail: `it came after ${logSeq}` });
  }
  showInLog(draft, event);
}

function showInLog(draft: Draft, { aggregateId, seq }: LogEvent): void {
  const tracked = trackedIn(draft, aggregateId);
  if (seq > tracked.logSeq) setTracked(draft, { ...tracked, logSeq: seq });
}

/**
 * The log goes on behind a hole. What is missing is told by its ids and taken from the events table, so that what comes
 * behind it can still be compared; where the table has it not either, the aggregate stalls.
 */
async function fillHole(event: LogEvent, place: Place, taking: Taking): Promise<void> {
  const { draft, isTruncated } = taking;
  const { aggregateId } = event;
  if (trackedIn(draft, aggregateId).isStalled) return;
  const detail = `the log goes on at ${event.seq}`;
  const filled = await fillFromTable(aggregateId, { lastSeq: event.seq - 1, place }, taking);
  if (!isTruncated(place.partition)) {
    for (const row of filled) tell(draft, 'SEQUENCE_GAP', { ...row, detail });
  }
  const reached = trackedIn(draft, aggregateId);
  if (reached.seq === event.seq - 1 || reached.isStalled) return;
  const missing = { aggregateId, seq: reached.seq + 1 };
  tell(draft, 'SEQUENCE_GAP', { ...missing, detail: `${detail}, and the events table has it not` });
  setTracked(draft, { ...reached, isStalled: true });
}

/** Folds what the events table has of an aggregate up to a number, as events that the log did not show. */
export async function fillFromTable(
  aggregateId: string,
  { lastSeq, place }: { readonly lastSeq: number; readonly place: Place },
  { draft, code, store }: Pick<Taking, 'draft' | 'code' | 'store'>,
): Promise<readonly StoredEvent[]> {
  const { seq } = trackedIn(draft, aggregateId);
  const limitMax = Math.max(1, Math.min(fillMax, lastSeq - seq));
  const rows = await store.history({ after: { aggregateId, seq }, limitMax });
  const filled: StoredEvent[] = [];
  for (const row of rows) {
    const next = trackedIn(draft, aggregateId).seq + 1;
    if (row.aggregateId !== aggregateId || row.seq > lastSeq || row.seq !== next) break;
    filled.push(row);
    setSeen(draft, { ...row, hash: contentHashOf(row), isFilled: true, ...place });
    foldNext(draft, asLogEvent(row, draft.service), code);
  }
  return filled;
}

function asLogEvent({ slot: _, ...event }: StoredEvent, service: string): LogEvent {
  return { ...event, service, recordedTime: event.time };
}
