import { gapReachBytes } from '../event-log/reach';
import { readTopic } from '../event-log/read-topic';
import { mapAtOnce } from '../outbox/map-at-once';
import { captureLimits, captureNamed, captureSlice } from './capture';
import type { Slice } from './capture';
import { collectFindings } from './finding/findings';
import type { Findings } from './finding/findings';
import { findingOf, lookCloser } from './finding/look';
import { AggregateUnknown, rebuildLimits } from './options';
import type { RebuildOptions, RebuildProgress, RebuildReport } from './options';
import { catchUp } from './roll/catch-up';
import { openRoll } from './roll/roll';
import type { Roll } from './roll/roll';
import { end, gapOf } from './roll/track';

interface Run extends RebuildOptions {
  readonly found: Findings;
  /** Aggregates that an index did not show and the database has: for a pass of their own. */
  readonly late: string[];
  readonly total: {
    aggregates: number;
    events: number;
    repeats: number;
    late: number;
    passes: number;
  };
  records: number;
}

/**
 * Folds a service's log from its first record and compares every aggregate with the database, at the number the
 * database held. Reads only, and may run beside a service that writes on: marks first, then the database, then the log,
 * so whatever is missing was missing. Throws what log and database throw when they are away.
 */
export async function verifyRebuild(options: RebuildOptions): Promise<RebuildReport> {
  const startedMs = performance.now();
  const run: Run = {
    ...options,
    found: collectFindings(options.findingsMax ?? rebuildLimits.findingsMax),
    late: [],
    total: { aggregates: 0, events: 0, repeats: 0, late: 0, passes: 0 },
    records: 0,
  };
  if (options.aggregateId === undefined) await comparePages(run);
  else await compareNamed(run, [options.aggregateId]);
  const atOnce = options.aggregatesAtOnce ?? rebuildLimits.aggregatesAtOnce;
  while (run.late.length > 0) await compareNamed(run, run.late.splice(0, atOnce));
  const tookMs = Math.max(1, Math.round(performance.now() - startedMs));
  const { found, total } = run;
  if (options.aggregateId !== undefined && total.aggregates === 0) {
    throw new AggregateUnknown(`neither log nor database knows ${options.aggregateId}`);
  }
  return {
    ...{ service: options.service, verdict: found.verdict(), ...total, tookMs },
    eventsPerSecond: Math.round((total.events / tookMs) * 1_000),
    ...{ counts: found.counts(), findings: found.first() },
  };
}

async function comparePages(run: Run): Promise<void> {
  const { aggregatesAtOnce = rebuildLimits.aggregatesAtOnce } = run;
  for (let afterId: string | undefined = ''; afterId !== undefined;) {
    const from: string = afterId;
    const slice = await compare(run, () => captureSlice(run.store, from, aggregatesAtOnce));
    afterId = slice.lastId;
  }
}

function compareNamed(run: Run, ids: readonly string[]): Promise<Slice> {
  return compare(run, () => captureNamed(run.store, ids));
}

/** One reading of the log, for as many aggregates as `capture` answers. */
async function compare(run: Run, capture: () => Promise<Slice>): Promise<Slice> {
  // Before the database is asked: of what stands below these marks it must know everything.
  const marks = await run.eventLog.marks(run.topic);
  tell(run, 'database');
  const slice = await capture();
  run.total.passes += 1;
  run.total.aggregates += slice.captured.size;
  const roll = openRoll(run, { ...slice, marks });
  const read = reader(run, roll);
  tell(run, 'log');
  await read();
  tell(run, 'waiting');
  const { store, waitMs = rebuildLimits.waitMs } = run;
  await catchUp({ store, roll, waitMs, readOn: read });
  judgeOrder(roll);
  await demandOld(run, roll);
  await collect(run, roll);
  return slice;
}

/** Reads on from where the last reading ended, to the end the log has now. */
function reader(run: Run, roll: Roll): () => Promise<void> {
  const { eventLog, topic, groupPrefix } = run;
  let from: ReadonlyMap<number, bigint> = new Map();
  return async () => {
    from = await readTopic({
      ...{ eventLog, topic, groupPrefix, from, timeoutMs: rebuildLimits.stallMs },
      onRecord: (record) => {
        run.records += 1;
        if (run.records % 1_000 === 0) tell(run, 'log');
        roll.take(record);
      },
    });
  };
}

/** What is still missing behind which the log went on; and what came so late that readers stop for want of it. */
function judgeOrder({ tracks }: Roll): void {
  for (const track of tracks.values()) {
    const gap = gapOf(track);
    if (gap !== undefined) end(track, gap);
    const { late } = track;
    if (late === undefined || late.bytes <= gapReachBytes) continue;
    const detail = `it stands ${late.bytes.toLocaleString('en')} bytes behind later ones`;
    end(track, { code: 'EVENT_TOO_LATE', seq: late.seq, detail });
  }
}

/** What stood in the log before the database was asked, the database must know; asked once more before it is told. */
async function demandOld({ store }: Run, { tracks }: Roll): Promise<void> {
  const suspects = [...tracks].filter(
    ([, { told, oldSeq, captured }]) => told === undefined && oldSeq > captured.seq,
  );
  await mapAtOnce(suspects, captureLimits.requestsAtOnce, async ([id, track]) => {
    const { oldSeq, captured, beyond: type } = track;
    const known = (await store.readAggregate(id))?.seq ?? 0;
    if (known >= oldSeq) return;
    const detail = `the database is at number ${known}, the log at ${oldSeq}`;
    const seq = captured.seq + 1;
    end(track, { code: 'DATABASE_BEHIND', seq, detail, ...(type === undefined ? {} : { type }) });
  });
}

async function collect(run: Run, { tracks, strangers, broken, counts }: Roll): Promise<void> {
  const { found, store, evolve, late, total } = run;
  total.events += counts.events;
  total.repeats += counts.repeats;
  for (const { lateEvents } of tracks.values()) total.late += lateEvents;
  const told = [...tracks].filter(([, track]) => track.told !== undefined).map(([id]) => id);
  for (const id of [...new Set([...told, ...strangers, ...broken.keys()])].sort()) {
    const track = tracks.get(id);
    const wrong = track?.told ?? broken.get(id);
    if (track === undefined) total.aggregates += 1;
    if (track?.told?.folded !== undefined && found.hasRoom()) {
      found.add(await lookCloser({ store, evolve }, id, track));
    } else if (wrong !== undefined) found.add(findingOf(id, wrong));
    else if (track === undefined) await addStranger(id);
  }

  async function addStranger(aggregateId: string): Promise<void> {
    if ((await store.readAggregate(aggregateId)) === undefined) {
      const detail = 'the log knows it, the database does not';
      found.add({ aggregateId, code: 'NOT_IN_DATABASE', seq: 1, detail });
      return;
    }
    total.aggregates -= 1;
    late.push(aggregateId);
  }
}

function tell(run: Run, phase: RebuildProgress['phase']): void {
  run.progress?.({ phase, aggregates: run.total.aggregates, records: run.records });
}
