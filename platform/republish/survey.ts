import { eventId } from '../event-log/envelope';
import type { OutboxSource, StoredEvent } from '../outbox/ports';
import { contentHashOf } from '../outbox/stamp';
import type { RepublishFindings } from './findings';
import type { LogIndex } from './log-index';
import type { RepublishCode } from './options';
import { eventsOf } from './table';

/** Numbers of an aggregate that the table says were sent and the log did not hold when it was read. */
export interface Lack {
  readonly slot: number;
  first: number;
  last: number;
}

/** What an events table says, held against a log that was read before. */
export interface Survey {
  readonly counts: { aggregates: number; events: number; pending: number };
  readonly lacks: Map<string, Lack>;
  /** Slots that hold events of the table. */
  readonly slots: Set<number>;
}

interface Surveyed {
  readonly source: Pick<OutboxSource, 'history'>;
  readonly index: LogIndex;
  readonly findings: RepublishFindings;
  /** The aggregates to look at; undefined for all. */
  readonly ids: readonly string[] | undefined;
  seen(events: number): void;
}

/**
 * Reads the events table behind the log: whatever stood in the log then must be in the table. What the table has and
 * the log lacks may have been sent since; the caller reads on and asks the index once more.
 */
export async function surveyTable(of: Surveyed): Promise<Survey> {
  const { source, index, ids } = of;
  const survey: Survey = {
    counts: { aggregates: 0, events: 0, pending: 0 },
    lacks: new Map(),
    slots: new Set(),
  };
  const lastSeqs = new Map<string, number>();
  let before: StoredEvent | undefined;
  for await (const event of eventsOf(source, ids)) {
    survey.counts.events += 1;
    const isFirst = before?.aggregateId !== event.aggregateId;
    if (isFirst) {
      survey.counts.aggregates += 1;
      if (before !== undefined) close(before);
    }
    judge(of, event, isFirst ? 1 : (before?.seq ?? 0) + 1);
    note(survey, event, index);
    if (survey.counts.events % 500 === 0) of.seen(survey.counts.events);
    before = event;
  }
  if (before !== undefined) close(before);
  await closeStrangers(of, lastSeqs);
  return survey;

  function close({ aggregateId, seq }: StoredEvent): void {
    lastSeqs.set(aggregateId, seq);
    demandKnown(of, aggregateId, seq);
  }
}

function judge({ index, findings }: Surveyed, event: StoredEvent, expected: number): void {
  const { aggregateId, seq, contentHash } = event;
  const report = (code: RepublishCode, detail: string): void =>
    findings.add({ code, aggregateId, seq, detail });
  if (seq !== expected) report('TABLE_NOT_CONTIGUOUS', `the table jumps from ${expected - 1}`);
  if (contentHashOf(event) !== contentHash) report('TABLE_HASH_WRONG', 'content and hash differ');
  if (index.look(aggregateId, seq, contentHash) === 'other') {
    report('HISTORY_FORKED', `the log holds ${eventId(event)} with another content`);
  }
}

function note(
  survey: Survey,
  event: StoredEvent & { readonly published: boolean },
  index: LogIndex,
) {
  const { aggregateId, seq, slot, published } = event;
  survey.slots.add(slot);
  if (!published) survey.counts.pending += 1;
  if (!published || index.holds(aggregateId, seq)) return;
  const lack = survey.lacks.get(aggregateId);
  if (lack === undefined) survey.lacks.set(aggregateId, { slot, first: seq, last: seq });
  else lack.last = seq;
}

function demandKnown({ index, findings }: Surveyed, aggregateId: string, seq: number): void {
  const logged = index.lastSeq(aggregateId);
  if (logged <= seq) return;
  const detail = `the events table is at number ${seq}, the log at ${logged}`;
  findings.add({ code: 'LOG_AHEAD', aggregateId, seq: seq + 1, detail });
}

/** Aggregates the log knows and the table did not show: an index may lag, so each is asked for by its id. */
async function closeStrangers(of: Surveyed, lastSeqs: ReadonlyMap<string, number>): Promise<void> {
  const strangers = [...of.index.aggregates()].filter((id) => !lastSeqs.has(id));
  for (const id of strangers) {
    const last = await lastSeqOf(of.source, id);
    demandKnown(of, id, last);
  }
}

async function lastSeqOf(source: Surveyed['source'], aggregateId: string): Promise<number> {
  let last = 0;
  for await (const { seq } of eventsOf(source, [aggregateId])) last = seq;
  return last;
}
