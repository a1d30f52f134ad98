import { readTopic } from '../event-log/read-topic';
import { AggregateUnknown } from '../rebuild/options';
import { planBuried } from './buried';
import { collectFindings } from './findings';
import type { RepublishFindings } from './findings';
import { createLogIndex } from './log-index';
import type { LogIndex } from './log-index';
import { republishLimits } from './options';
import type { RepublishOptions, RepublishProgress, RepublishReport } from './options';
import { createSender } from './sender';
import type { Sender } from './sender';
import { holdSlots } from './slots';
import type { HeldSlots } from '../event-log/relay/held-leases';
import { surveyTable } from './survey';
import type { Survey } from './survey';
import { eventsOf } from './table';

interface Run extends RepublishOptions {
  readonly index: LogIndex;
  readonly findings: RepublishFindings;
  /** Reads the log on, to the end it has now. */
  readonly readOn: () => Promise<void>;
  events: number;
  sent: number;
}

/**
 * Sends again what the events table says was sent and the log does not hold: same ids, contents and hashes, in order
 * per aggregate. Reads the log raw first. To send, it takes the slots from their relays, waits until what those had
 * begun is over, and reads the log once more. A fork stops it before anything is sent. May run beside services that
 * write; run again, it has nothing to do. Throws what log and database throw when they are away, and `LEASE_LOST`.
 */
export async function republish(options: RepublishOptions): Promise<RepublishReport> {
  const startedMs = performance.now();
  const run = begin(options);
  await run.readOn();
  const logged = { ...run.index.counts };
  const survey = await look(run);
  const lacking = dropArrived(survey, run.index);
  await spareForgotten(run, survey);
  const isForked = run.findings.counts().HISTORY_FORKED !== undefined;
  if (options.dryRun) await planBuried(options, survey, run);
  else if (!isForked && (lacking > 0 || options.all)) await send(run, survey);
  const { findings, sent } = run;
  const counts = findings.counts();
  const isRefused = Object.keys(counts).length > 0;
  const verdict = lacking > 0 && options.dryRun ? 'lacking' : 'complete';
  return {
    ...{ service: options.service, verdict: isRefused ? 'refused' : verdict },
    ...{ dryRun: options.dryRun ?? false, ...survey.counts, ...logged, lacking, sent },
    tookMs: Math.max(1, Math.round(performance.now() - startedMs)),
    ...{ counts, findings: findings.first() },
  };
}

function begin(options: RepublishOptions): Run {
  const { service, topic, eventLog, groupPrefix, aggregateId } = options;
  const index = createLogIndex(service, aggregateId);
  const findings = collectFindings(options.findingsMax ?? republishLimits.findingsMax);
  let from: ReadonlyMap<number, bigint> = new Map();
  const run: Run = { ...options, index, findings, readOn, events: 0, sent: 0 };
  return run;

  async function readOn(): Promise<void> {
    tell(run, 'log');
    const timeoutMs = republishLimits.stallMs;
    from = await readTopic({
      ...{ eventLog, topic, groupPrefix, from, timeoutMs },
      onRecord: (record) => {
        index.take(record);
        if (index.counts.records % 1_000 === 0) tell(run, 'log');
      },
    });
  }
}

/** The events table held against the log, and the log read on: what was sent meanwhile is not lacking. */
async function look(run: Run): Promise<Survey> {
  const { source, index, findings, aggregateId } = run;
  tell(run, 'table');
  const survey = await surveyTable({
    ...{ source, index, findings, ids: aggregateId === undefined ? undefined : [aggregateId] },
    seen: (events) => {
      run.events = events;
      tell(run, 'table');
    },
  });
  if (aggregateId !== undefined && survey.counts.events === 0 && index.counts.records === 0) {
    throw new AggregateUnknown(`neither log nor database knows ${aggregateId}`);
  }
  await run.readOn();
  for (const { aggregateId: id, seq } of index.forks) {
    const detail = 'the log holds two contents';
    findings.add({ code: 'HISTORY_FORKED', aggregateId: id, seq, detail });
  }
  return survey;
}

/** What retention took from a partition is not missing; only one that is empty is filled again unasked. */
async function spareForgotten(run: Run, { lacks }: Survey): Promise<void> {
  if (run.all || lacks.size === 0) return;
  const marks = await run.eventLog.marks(run.topic);
  const truncated = marks.filter(({ low, high }) => low > 0n && low < high);
  const slots = new Set(truncated.map(({ partition }) => partition));
  for (const [aggregateId, { slot, first: seq }] of lacks) {
    if (!slots.has(slot)) continue;
    const detail = `partition ${slot} has forgotten its first records`;
    run.findings.add({ code: 'LOG_TRUNCATED', aggregateId, seq, detail });
  }
}

/** Forgets what has come to the log since; answers how many events are lacking. */
function dropArrived({ lacks }: Survey, index: LogIndex): number {
  let lacking = 0;
  for (const [id, lack] of lacks) {
    while (lack.first <= lack.last && index.holds(id, lack.first)) lack.first += 1;
    if (lack.first > lack.last) lacks.delete(id);
    for (let seq = lack.first; seq <= lack.last; seq += 1) {
      if (!index.holds(id, seq)) lacking += 1;
    }
  }
  return lacking;
}

async function send(run: Run, survey: Survey): Promise<void> {
  const lackingSlots = [...survey.lacks.values()].map(({ slot }) => slot);
  const slots = run.all ? survey.slots : new Set(lackingSlots);
  tell(run, 'lease');
  const held = await holdSlots(run, slots, run.leaseMs ?? republishLimits.leaseMs);
  try {
    await run.writer.connect(republishLimits.sendTimeoutMs);
    await held.confirm();
    // Nobody else sends any more: what the log lacks now, it lacks.
    await run.readOn();
    dropArrived(survey, run.index);
    const sender = createSender(run, held, run.index);
    const buried = await planBuried(run, survey, run);
    for (const events of buried.values()) for (const event of events) await sender.add(event);
    await sender.flush();
    await sendInOrder({ run, survey, held, sender }, new Set(buried.keys()));
    await sender.flush();
    run.sent = sender.sent;
  } finally {
    await held.release();
  }
}

interface Sending {
  readonly run: Run;
  readonly survey: Survey;
  readonly held: HeldSlots;
  readonly sender: Sender;
}

/** What is left, as the table has it; with `all`, what was sent before as well. */
async function sendInOrder(
  { run, survey, held, sender }: Sending,
  done: ReadonlySet<string>,
): Promise<void> {
  const { index, findings, source, all = false } = run;
  let read = 0;
  for await (const event of eventsOf(source, idsToSend(run, survey))) {
    const { aggregateId, seq, slot } = event;
    if ((read += 1) % 500 === 0) await held.keep();
    // An aggregate that came into being meanwhile may be of a slot that is not held: the relay has it.
    if (findings.has(aggregateId) || !survey.slots.has(slot)) continue;
    const isOurs = survey.lacks.has(aggregateId) && !done.has(aggregateId);
    if (!all && (!isOurs || index.holds(aggregateId, seq))) continue;
    await sender.add(event);
    run.sent = sender.sent;
    if (sender.sent % 1_000 === 0) tell(run, 'sending');
  }
}

function idsToSend({ aggregateId, all = false }: Run, { lacks }: Survey) {
  if (aggregateId !== undefined) return [aggregateId];
  if (all || lacks.size > republishLimits.askedAloneMax) return undefined;
  return [...lacks.keys()];
}

function tell(run: Run, phase: RepublishProgress['phase']): void {
  const { index, events, sent } = run;
  run.progress?.({ phase, records: index.counts.records, events, sent });
}
