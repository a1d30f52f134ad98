import { decodeEvent, EnvelopeError, eventId } from '../event-log/envelope';
import type { LogEvent } from '../event-log/envelope';
import { wholeHistory } from '../event-log/audit';
import type { EventLog } from '../event-log/kafka';
import type { LogRecord } from '../event-log/ports';
import { readTopic } from '../event-log/read-topic';
import type { SchemaRegistry } from '../event-log/schema-registry';
import type { OutboxSource } from '../outbox/ports';
import { HashList } from '../rebuild/roll/hash-list';
import type { RestoreCode, RestoreFinding } from './codes';

/** Where a service's events are: in its database as it was restored, and in the log. */
export interface SurveyOptions {
  readonly service: string;
  readonly topic: string;
  readonly store: Pick<OutboxSource, 'history'>;
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  /** Consumer groups of this prefix must be allowed to us. */
  readonly groupPrefix: string;
  readonly schemas: Pick<SchemaRegistry, 'read'>;
  /** Most events to keep that the database lacks; the rest is for the next survey. */
  readonly keptMax: number;
  progress?(at: { readonly phase: 'database' | 'log'; readonly events: number }): void;
}

/** How a database compares with the log of its events. */
export interface Survey {
  /** Newest number the database holds, by aggregate. */
  readonly heads: ReadonlyMap<string, number>;
  /** Events the log has and the database has not, in the order of the log, and all of their number. */
  readonly missing: readonly LogEvent[];
  readonly missingCount: number;
  /** Aggregates they belong to. */
  readonly behind: number;
  /** Events at the end of an aggregate's history that the log has not shown. */
  readonly notInLog: number;
  /** Time of the newest event in the database, RFC 3339; undefined in an empty one. */
  readonly newest: string | undefined;
  readonly findings: readonly RestoreFinding[];
}

/** How long nothing may come from the log before it counts as away, milliseconds. */
const stallMs = 30_000;
const tellEvery = 1_000;

interface Known {
  readonly hashes: HashList;
  /** Newest number in the database, in database and log together, and in the log alone. */
  headSeq: number;
  seq: number;
  logSeq: number;
}

/**
 * Reads a database's whole history and then its log, and compares them number by number. Reads only. In memory are 8
 * bytes for each event of either, and what is kept of the missing ones. Throws what either throws when it is away.
 */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const known = new Map<string, Known>();
  const newest = await readDatabase(options, known);
  const findings: RestoreFinding[] = [];
  const missing: LogEvent[] = [];
  let missingCount = 0;
  let records = 0;
  const report = (code: RestoreCode, subject: string, detail: string): void =>
    void findings.push({ code, subject, detail });

  function take(record: LogRecord): void {
    records += 1;
    if (records % tellEvery === 0) options.progress?.({ phase: 'log', events: records });
    const place = `${record.topic}/${record.partition}@${record.offset}`;
    const event = readRecord(record, place, report);
    if (event === undefined) return;
    const one = known.get(event.aggregateId) ?? newcomer();
    known.set(event.aggregateId, one);
    const { seq, headSeq } = one;
    one.logSeq = Math.max(one.logSeq, event.seq);
    if (event.seq <= seq) {
      if (one.hashes.has(event.seq, event.contentHash)) return;
      report(event.seq <= headSeq ? 'HISTORY_FORKED' : 'LOG_FORKED', eventId(event), place);
    } else if (event.seq === seq + 1) {
      one.hashes.push(event.contentHash);
      one.seq = event.seq;
      missingCount += 1;
      const unread = unreadable(options.schemas, event);
      if (unread !== undefined) report('EVENT_UNREADABLE', eventId(event), unread);
      if (missing.length < options.keptMax) missing.push(event);
      if (event.commitId === undefined) report('COMMIT_UNMARKED', eventId(event), place);
    } else report('LOG_GAP', eventId(event), `${place} comes after ${seq}`);
  }

  const { eventLog, topic, groupPrefix } = options;
  await readTopic({ eventLog, topic, groupPrefix, timeoutMs: stallMs, onRecord: take });
  const all = [...known.values()];
  return {
    heads: new Map([...known].map(([id, { headSeq }]) => [id, headSeq])),
    ...{ missing, missingCount, newest, findings },
    behind: all.filter(({ seq, headSeq }) => seq > headSeq).length,
    notInLog: all.reduce((sum, { headSeq, logSeq }) => sum + Math.max(0, headSeq - logSeq), 0),
  };
}

const newcomer = (): Known => ({ hashes: new HashList(), headSeq: 0, seq: 0, logSeq: 0 });

async function readDatabase(
  options: SurveyOptions,
  known: Map<string, Known>,
): Promise<string | undefined> {
  let newest: string | undefined;
  let events = 0;
  for await (const { aggregateId, seq, contentHash, time } of wholeHistory(options.store)) {
    const one = known.get(aggregateId) ?? newcomer();
    known.set(aggregateId, one);
    one.hashes.push(contentHash);
    one.headSeq = seq;
    one.seq = seq;
    if (newest === undefined || time > newest) newest = time;
    events += 1;
    if (events % tellEvery === 0) options.progress?.({ phase: 'database', events });
  }
  return newest;
}

function readRecord(
  record: LogRecord,
  place: string,
  report: (code: RestoreCode, subject: string, detail: string) => void,
): LogEvent | undefined {
  try {
    return decodeEvent(record);
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    report('RECORD_BROKEN', place, error.message);
    return undefined;
  }
}

/** What keeps this code from folding an event; undefined where nothing does. */
function unreadable(
  schemas: SurveyOptions['schemas'],
  { type, schema, data }: LogEvent,
): string | undefined {
  const read = schemas.read(type, schema, data);
  if (read.verdict === 'valid') return undefined;
  return read.verdict === 'invalid' ? read.detail : `${type} ${schema} is unknown here`;
}
