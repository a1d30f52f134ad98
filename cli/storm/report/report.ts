import type { Verdict } from '../judge/judge';
import type { Violation } from '../judge/invariants';
import type { Diary } from '../load/ticket';
import type { Struck } from '../rage';
import { recoveriesOf } from './recovery';
import type { Recovery } from './recovery';
import { quantile } from './series';
import type { Series } from './series';

/** Everything a storm has shown; what `--json` prints. */
export interface StormReport {
  readonly seed: number;
  readonly minutes: number;
  readonly brokers: number;
  readonly overlap: number;
  readonly ratePerSecond: number;
  /** Faults that were done, and named points nobody came by. */
  readonly faults: number;
  readonly missed: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly byVictim: Readonly<Record<string, number>>;
  /** Sagas that clients were promised, and all of the journal, children included. */
  readonly sagas: number;
  readonly journaled: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly errands: Readonly<Record<string, number>>;
  /** Requests that clients had to repeat. */
  readonly repeatedRequests: number;
  readonly events: Verdict['events'];
  /** Milliseconds: how long a client waited until a saga was taken, and a saga until it ended. */
  readonly takenMs: Quantiles;
  readonly endedMs: Quantiles;
  /** From the end of the load to the end of the last saga, milliseconds. */
  readonly quietMs: number;
  readonly replayedHistories: number;
  readonly rebuilds: readonly {
    readonly service: string;
    readonly verdict: string;
    readonly aggregates: number;
    readonly events: number;
  }[];
  readonly recoveries: readonly Recovery[];
  readonly violations: readonly Violation[];
  readonly verdict: 'holds' | 'broken';
}

interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface Stormed {
  readonly options: Pick<StormReport, 'seed' | 'minutes' | 'brokers' | 'overlap' | 'ratePerSecond'>;
  readonly struck: readonly Struck[];
  readonly diary: Diary;
  readonly verdict: Verdict;
  readonly series: Series;
}

const quantilesOf = (values: readonly number[]): Quantiles => ({
  p50: quantile(values, 0.5),
  p95: quantile(values, 0.95),
  max: values.at(-1) ?? 0,
});

function countBy<Item>(items: readonly Item[], key: (item: Item) => string) {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

/** Puts together what was done, what it cost, and what it left. */
export function reportOf({ options, struck, diary, verdict, series }: Stormed): StormReport {
  const done = struck.filter(({ missed }) => !missed);
  const entries = [...verdict.evidence.entries.values()];
  const { violations, events, quiet, replayed, rebuilds } = verdict;
  return {
    ...options,
    faults: done.length,
    missed: struck.length - done.length,
    byKind: countBy(done, ({ hit }) => hit.kind),
    byVictim: countBy(done, ({ hit }) => hit.victim),
    sagas: diary.tickets.length,
    journaled: entries.length,
    outcomes: countBy(entries, ({ outcome, status }) => outcome ?? status),
    errands: diary.errands,
    repeatedRequests: diary.repeats,
    events,
    takenMs: quantilesOf(series.waits),
    endedMs: quantilesOf(series.durations),
    quietMs: quiet.waitedMs,
    replayedHistories: replayed,
    rebuilds: rebuilds.map((one) => {
      return {
        service: one.service,
        verdict: one.verdict,
        aggregates: one.aggregates,
        events: one.events,
      };
    }),
    recoveries: recoveriesOf(struck, series),
    violations,
    verdict: violations.length === 0 ? 'holds' : 'broken',
  };
}
