import type { PartitionMarks } from '../../event-log/ports';
import type { AuditFinding } from '../codes';
import { auditLimits } from '../options';
import type { AuditParts, ServiceUnderAudit } from '../options';
import type { LedgerChange, ServiceMark } from '../ledger/port';
import { openBarrier } from './barrier';
import { openDraft, trackedIn } from './draft';
import type { Draft } from './draft';
import { compareLive } from './live';
import type { LiveScope } from './live';
import { lookForLost } from './lost';
import type { Watched } from './lost';
import { openPace } from './pace';
import type { PaceLimits } from './pace';
import { followProjections } from './projected';
import { scanAggregates, scanHistory, trackedOf } from './scan';
import { openSums } from './sums';
import { compareWithTable } from './table';
import { decodeAll, fillFromTable, takeRecords } from './take';
import type { ReadRecord } from './take';

/** What one step of one service has done. */
export interface ServiceStep {
  readonly events: number;
  readonly repeats: number;
  /** Findings that were not known before. */
  readonly found: readonly AuditFinding[];
  /** Records in the log that were not read yet. */
  readonly lag: number;
  readonly mark: ServiceMark;
  /** A round of the rolling comparison has ended with this step. */
  readonly isRoundOver: boolean;
}

/** The audit of one service, step by step. A step that throws is taken again, from what the ledger says then. */
export interface ServiceAudit {
  readonly name: string;
  step(): Promise<ServiceStep>;
  /** Everything the service committed before this moment was read; see {@link openBarrier}. */
  clearedMs(): number;
}

/** Begins where the ledger says that this service was left. */
export function openServiceAudit(parts: AuditParts, under: ServiceUnderAudit): ServiceAudit {
  const { ledger, now } = parts;
  const { name } = under.service;
  const watched = new Map<string, Watched>();
  const barrier = openBarrier(now);
  const sums = openSums(name, now);
  let mark: ServiceMark | undefined;
  const state = { committedMs: -Infinity, shrunk: new Map<number, number>() };
  const paces = pacesOf(parts);
  const highsOf = async () => {
    const marks = await parts.eventLog.marks(under.topic);
    return new Map(marks.map(({ partition, high }) => [partition, high]));
  };

  async function step(): Promise<ServiceStep> {
    const before = (mark ??= await ledger.mark(name));
    const marks = await parts.eventLog.marks(under.topic);
    const findings: AuditFinding[] = [];
    const { shrunk } = state;
    const { offsets, truncated } = beginAt(before, marks, { findings, under, shrunk });
    await barrier.ask(under.store, highsOf);
    const reading = { marks, offsets, limitMax: auditLimits.recordsMax };
    const records = await parts.feed.read(under.topic, reading);
    const { read, findings: broken } = decodeAll(records, rollOf(parts, under));
    findings.push(...broken);
    const events = read.map(({ event }) => event);
    const opened = { events, weights: before.openWeights };
    const draft = await openDraft({ ledger, service: name, watched }, opened);
    const taking = { draft, code: under.service, store: under.store };
    const isTruncated = (partition: number) => truncated.has(partition);
    await takeRecords(read, { ...taking, isTruncated });
    for (const { partition, offset } of records) offsets.set(partition, BigInt(offset) + 1n);
    await compareAll(draft, read, { findings, offsets, isTruncated });
    const due = {
      aggregates: paces.aggregates.isDue(before.scanAfter === ''),
      history: paces.history.isDue(before.historyAfter.aggregateId === ''),
    };
    const after = await markAfter(draft, before, { offsets, findings, due });
    const readTo = readToOf(offsets);
    findings.push(...sums(after.openWeights, barrier.clearedMs()));
    const found = await commit(changeOf(draft, after, findings));
    mark = after;
    // A step that failed is taken again just as it was: else what it met would be away in the next one, and back later.
    if (due.aggregates) paces.aggregates.took(before.scanAfter === '');
    if (due.history) paces.history.took(before.historyAfter.aggregateId === '');
    barrier.read(readTo);
    const lag = marks.reduce(
      (sum, { partition, high }) => sum + Number(high - readTo(partition)),
      0,
    );
    const { events: taken, repeats } = draft;
    const isRoundOver = due.aggregates && after.scanAfter === '';
    return { events: taken, repeats, found, lag: Math.max(0, lag), mark: after, isRoundOver };
  }

  /** Where nothing has changed but the place of a rolling comparison, not every step is written. */
  async function commit(change: LedgerChange): Promise<readonly AuditFinding[]> {
    const { tracked = [], seen = [], families = [], findings = [] } = change;
    const isQuiet = [tracked, seen, families, findings].every(({ length }) => length === 0);
    if (isQuiet && now() - state.committedMs < auditLimits.quietCommitMs) return [];
    const found = await ledger.commit(change).catch((error: unknown) => {
      // It may have been written all the same: where the audit stands is read again.
      mark = undefined;
      throw error;
    });
    state.committedMs = now();
    return found;
  }

  /** The databases' side: events table and rows of what is new, and what is still ahead of the log. */
  async function compareAll(
    draft: Draft,
    read: readonly ReadRecord[],
    of: {
      readonly findings: AuditFinding[];
      readonly offsets: Map<number, bigint>;
      readonly isTruncated: (partition: number) => boolean;
    },
  ): Promise<void> {
    const { store } = under;
    const events = read.map(({ event }) => event);
    await compareWithTable(draft, events, store);
    const touched = [...new Set(events.map(({ aggregateId }) => aggregateId))];
    const tracked = (id: string) => trackedIn(draft, id);
    await compareLive(touched, { ...scopeOf(of.findings), tracked });
    const others = [...watched.keys()].filter((id) => !draft.tracked.has(id));
    for (const [id, one] of await ledger.tracked(name, others)) draft.tracked.set(id, one);
    await lookForLost(watched, {
      ...{ service: name, store, findings: of.findings, highs: highsOf },
      tracked,
      ...{ readTo: readToOf(of.offsets), nowMs: now(), overdueMs: parts.overdueMs },
      async forgive(id, { seq: lastSeq, slot: partition }) {
        if (!of.isTruncated(partition)) return false;
        const place = { partition, offset: '0' };
        await fillFromTable(id, { lastSeq, place }, { draft, code: under.service, store });
        return true;
      },
    });
  }

  function scopeOf(findings: AuditFinding[]): Omit<LiveScope, 'tracked'> {
    return {
      ...{ code: under.service, store: under.store, findings },
      capture: (id, captured) => {
        if (!watched.has(id)) watched.set(id, { ...captured, sinceMs: now() });
      },
    };
  }

  /** Takes the rolling comparisons a page further, and says where everything is then. */
  async function markAfter(
    draft: Draft,
    before: ServiceMark,
    {
      offsets,
      findings,
      due,
    }: {
      readonly offsets: Map<number, bigint>;
      readonly findings: AuditFinding[];
      readonly due: Readonly<Record<keyof typeof paces, boolean>>;
    },
  ): Promise<ServiceMark> {
    const scan = { service: name, ledger, store: under.store };
    const load = async (ids: readonly string[]) => {
      const known = await trackedOf(
        scan,
        ids.filter((id) => !draft.tracked.has(id)),
      );
      return (id: string) => draft.tracked.get(id) ?? known(id);
    };
    const scope = { ...scopeOf(findings), load };
    const scanAfter = due.aggregates ? await scanAggregates(scan, before, scope) : before.scanAfter;
    const historyAfter = due.history
      ? await scanHistory(scan, before, findings)
      : before.historyAfter;
    const texts = [...offsets].map(([partition, offset]) => [partition, offset.toString()]);
    const mark = { ...before, offsets: Object.fromEntries(texts) as ServiceMark['offsets'] };
    const of = { service: name, topic: under.topic, mark: before };
    const projected = await followProjections(parts, of, findings);
    return {
      ...{ ...mark, scanAfter, historyAfter, projected, openWeights: [...draft.weights.values()] },
      ...{ events: before.events + draft.events, repeats: before.repeats + draft.repeats },
    };
  }

  return { name, step, clearedMs: () => barrier.clearedMs() };
}

function pacesOf({ isPaced, now }: AuditParts) {
  const limits = (own: PaceLimits): PaceLimits => (isPaced ? own : { pageMs: 0, roundMs: 0 });
  return {
    aggregates: openPace(now, limits(auditLimits.aggregates)),
    history: openPace(now, limits(auditLimits.history)),
  };
}

const readToOf =
  (offsets: ReadonlyMap<number, bigint>) =>
  (partition: number): bigint =>
    offsets.get(partition) ?? 0n;

function rollOf({ schemas }: AuditParts, { service }: ServiceUnderAudit) {
  const evolve = (state: unknown, event: Parameters<typeof service.evolve>[1]) =>
    service.evolve(state, event);
  return { service: service.name, evolve, schemas };
}

interface Beginning {
  readonly findings: AuditFinding[];
  readonly under: ServiceUnderAudit;
  /** Steps in which a partition ended before what was read of it. */
  readonly shrunk: Map<number, number>;
}

/** Where to read on. A log that has forgotten what was not read, or ends before what was, is told once. */
function beginAt(mark: ServiceMark, marks: readonly PartitionMarks[], of: Beginning) {
  const { findings, under, shrunk } = of;
  const offsets = new Map<number, bigint>();
  const truncated = new Set<number>();
  for (const { partition, low, high } of marks) {
    // What was forgotten before the first look was never promised to us.
    const at = BigInt(mark.offsets[partition] ?? low);
    const steps = at > high ? (shrunk.get(partition) ?? 0) + 1 : 0;
    shrunk.set(partition, steps);
    const isWrong = at < low || steps >= auditLimits.shrunkPasses;
    offsets.set(partition, isWrong ? low : at);
    if (low > 0n) truncated.add(partition);
    if (!isWrong) continue;
    const detail = `read up to ${at}, it holds ${low} to ${high}`;
    const subject = `${under.topic}/${partition}`;
    findings.push({ code: 'LOG_TRUNCATED', service: under.service.name, subject, detail });
  }
  return { offsets, truncated };
}

function changeOf(
  draft: Draft,
  mark: ServiceMark,
  findings: readonly AuditFinding[],
): LedgerChange {
  const { service, changed } = draft;
  const pick = <Value>(ids: ReadonlySet<string>, from: ReadonlyMap<string, Value>): Value[] =>
    [...ids].flatMap((id) => from.get(id) ?? []);
  return {
    ...{ service, mark },
    tracked: pick(changed.aggregates, draft.tracked),
    seen: pick(changed.seen, draft.seen),
    families: [...draft.families.values()],
    findings: [...draft.findings, ...findings],
  };
}
