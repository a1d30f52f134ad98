import { isLiveSaga } from './live-sagas';
import { expressionOf as text } from './schema';
import type { Ask } from './store';

/** Sagas that an overview looks at, at most: those of the window that began last. */
export const overviewSagasMax = 20_000;

/** How many sagas of one kind ended in one way. */
export interface EndedSagas {
  readonly saga: string;
  readonly outcome: string;
  readonly count: number;
}

/** What ended in one minute. */
export interface EndedInMinute {
  /** Its beginning, RFC 3339. */
  readonly at: string;
  readonly completed: number;
  readonly compensated: number;
  readonly cancelled: number;
  /** Milliseconds from start to end, of them all. */
  readonly p99Ms: number;
}

/** Sagas that wait for a person at one step, for one reason. */
export interface ParkedSagas {
  readonly saga: string;
  readonly step: string;
  readonly reason: string;
  readonly count: number;
  /** When the first of them was parked, RFC 3339. */
  readonly since: string;
}

/** What the read model says of all sagas at once. */
export interface SagaOverview {
  /** Sagas that have not ended, whenever they began. */
  readonly open: {
    readonly running: number;
    readonly compensating: number;
    readonly parked: number;
  };
  /** Of sagas that began within the window. */
  readonly ended: readonly EndedSagas[];
  readonly perMinute: readonly EndedInMinute[];
  /** Milliseconds from start to end; absent while none has ended. */
  readonly duration?: { readonly p50Ms: number; readonly p99Ms: number };
  /** Share of the ended ones that took no longer than `withinMs`. */
  readonly within?: number;
  /** More began within the window than are looked at. */
  readonly isPartial: boolean;
  readonly parked: readonly ParkedSagas[];
}

/** By the index on the start: it costs what began in the window, and no more than the bound. `$1` since, `$2` ms. */
const ended = `
  with youngest as materialized (
    select ${text('saga')} as saga, ${text('state')} as state, ${text('startedAt')} as began,
      ${text('finishedAt')} as finished
    from read_rows r where ${isLiveSaga} and ${text('startedAt')} >= $1
    order by ${text('startedAt')} desc, key desc limit ${overviewSagasMax}
  ), done as materialized (
    select saga, state, finished::timestamptz as at,
      extract(epoch from finished::timestamptz - began::timestamptz) * 1000 as ms
    from youngest where finished <> ''
  ), minutes as (
    select date_trunc('minute', at) as minute,
      count(*) filter (where state = 'completed') as completed,
      count(*) filter (where state = 'compensated') as compensated,
      count(*) filter (where state = 'cancelled') as cancelled,
      percentile_disc(0.99) within group (order by ms) as p99
    from done group by 1
  )
  select (select count(*) from youngest)::int as looked,
    (select coalesce(json_agg(json_build_object(
        'saga', saga, 'outcome', state, 'count', n) order by saga, state), '[]')
      from (select saga, state, count(*) as n from done group by 1, 2) as kinds) as ended,
    (select coalesce(json_agg(json_build_object(
        'at', to_char(minute at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'completed', completed, 'compensated', compensated, 'cancelled', cancelled,
        'p99Ms', round(p99)) order by minute), '[]') from minutes) as "perMinute",
    (select json_build_object('p50Ms', round(percentile_disc(0.5) within group (order by ms)),
        'p99Ms', round(percentile_disc(0.99) within group (order by ms)))
      from done having count(*) > 0) as duration,
    (select (count(*) filter (where ms <= $2))::float8 / count(*) from done
      having count(*) > 0) as within`;

/** By the index on the state. */
const open = `
  select ${text('state')} as state, count(*)::int as count from read_rows r
  where ${isLiveSaga} and ${text('state')} = any($1) group by 1`;

const parked = `
  select ${text('saga')} as saga, place->>'step' as step, place->>'reason' as reason,
    count(*)::int as count, min(place->>'since') as since
  from read_rows r cross join jsonb_array_elements(listed->'parked') as place
  where ${isLiveSaga} and ${text('state')} = 'parked'
  group by 1, 2, 3 order by count(*) desc, 1, 2, 3 limit 100`;

interface EndedRow extends Pick<SagaOverview, 'ended' | 'perMinute'> {
  readonly looked: number;
  readonly duration: SagaOverview['duration'] | null;
  readonly within: number | null;
}

/** What is counted: sagas that began since then, and what counts as quick. */
export interface OverviewWindow {
  /** RFC 3339 in UTC with milliseconds. */
  readonly since: string;
  readonly withinMs: number;
}

/** Asks the live read model; nothing of anybody is opened, since what is counted stands clear. */
export async function sagaOverview(
  ask: Ask,
  { since, withinMs }: OverviewWindow,
): Promise<SagaOverview> {
  const states = ['running', 'compensating', 'parked'] as const;
  const [rows, counts, waiting] = await Promise.all([
    ask<EndedRow>(ended, [since, withinMs]),
    ask<{ state: string; count: number }>(open, [states]),
    ask<ParkedSagas>(parked, []),
  ]);
  const [row] = rows;
  const countOf = (state: string) => counts.find((one) => one.state === state)?.count ?? 0;
  return {
    open: {
      running: countOf('running'),
      compensating: countOf('compensating'),
      parked: countOf('parked'),
    },
    ...{ ended: row?.ended ?? [], perMinute: row?.perMinute ?? [], parked: waiting },
    ...(row?.duration ? { duration: row.duration } : {}),
    ...(typeof row?.within === 'number' ? { within: row.within } : {}),
    isPartial: (row?.looked ?? 0) >= overviewSagasMax,
  };
}
