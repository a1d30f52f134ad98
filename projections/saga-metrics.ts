import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { LogEvent } from '../platform/event-log/envelope';
import { fromZero } from '../platform/runtime/from-zero';
import { metricNames } from '../platform/runtime/metric-names';
import type { FinishedStep } from './saga-timeline';

/** A saga is a second, or it is days in which a person was waited for. */
const durationBucketsSeconds = [
  ...[0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  ...[1_800, 3_600, 86_400, 604_800],
];
const stepBucketsSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Sagas whose start is remembered for their end; of older ones the first step counts as the start. */
const startsMax = 50_000;

/** What became of a step that may have changed something outside its saga. */
const effective: ReadonlySet<string> = new Set(['done', 'undone', 'undoing', 'skipped', 'parked']);

const outcomes = ['completed', 'compensated', 'cancelled'] as const;

/** The kind under which every wait is listed, for people as for events. */
const waitKind = 'approval';

interface Finished {
  readonly saga?: string;
  readonly sagaId?: string;
  readonly outcome?: string;
  readonly steps?: readonly FinishedStep[];
  /** Set where a saga has more steps than an event holds. */
  readonly stepsOmitted?: number;
}

/**
 * When the databases began to differ: at the start of the first step that took effect, milliseconds since 1970, or
 * undefined where none did. It may be a step too early and is never too late. There is no order between topics, so it
 * is taken from the terminal record alone.
 */
export function inconsistentSince({
  steps = [],
}: {
  readonly steps?: readonly Pick<FinishedStep, 'kind' | 'status' | 'startedAt'>[];
}): number | undefined {
  const starts = steps
    .filter(({ kind, status }) => kind !== waitKind && effective.has(status))
    .map(({ startedAt }) => Date.parse(startedAt));
  return starts.length === 0 ? undefined : Math.min(...starts);
}

const secondsBetween = (fromMs: number, toMs: number): number => Math.max(0, toMs - fromMs) / 1_000;

/**
 * Counts and measures sagas by the records of their journal, as they are applied to the read model: each once, unless
 * the projector is killed between its commit and here. A replay counts nothing. Those of `sagas` are there at 0 before
 * the first of them has begun.
 */
export function sagaMetrics(
  registry: Registry,
  sagas: readonly string[] = [],
): (events: readonly LogEvent[]) => void {
  const made = createMetrics(registry);
  fromZero(made.started, { saga: sagas });
  fromZero(made.finished, { saga: sagas, outcome: outcomes });
  fromZero(made.parked, { saga: sagas, direction: ['forward', 'undo'] });
  for (const saga of sagas) {
    for (const outcome of outcomes) {
      for (const waited of ['yes', 'no']) made.duration.zero({ saga, outcome, waited });
      made.inconsistency.zero({ saga, outcome });
    }
  }
  const starts = new Map<string, number>();

  function started(sagaId: string, saga: string, atMs: number): void {
    made.started.inc({ saga });
    starts.set(sagaId, atMs);
    const [oldest] = starts.keys();
    if (starts.size > startsMax && oldest !== undefined) starts.delete(oldest);
  }

  function finished(told: Finished, atMs: number): void {
    const { saga = '', sagaId = '', outcome = '', steps = [], stepsOmitted = 0 } = told;
    const firstMs = Math.min(atMs, ...steps.map(({ startedAt }) => Date.parse(startedAt)));
    const startedMs = starts.get(sagaId) ?? firstMs;
    starts.delete(sagaId);
    made.finished.inc({ saga, outcome });
    const waited = steps.some(({ kind }) => kind === waitKind) ? 'yes' : 'no';
    made.duration.observe({ saga, outcome, waited }, secondsBetween(startedMs, atMs));
    const sinceMs = stepsOmitted > 0 ? startedMs : inconsistentSince(told);
    if (sinceMs !== undefined) {
      made.inconsistency.observe({ saga, outcome }, secondsBetween(sinceMs, atMs));
    }
    for (const { participant, command, status, kind, startedAt, finishedAt } of steps) {
      if (finishedAt === undefined || kind === waitKind) continue;
      const seconds = secondsBetween(Date.parse(startedAt), Date.parse(finishedAt));
      // Not by the step's name: in a loop that is an item of the input.
      made.step.observe({ participant, command, outcome: status }, seconds);
    }
  }

  return (events) => {
    for (const { type, data, time } of events) {
      const told = data as Finished & { readonly direction?: string };
      const { saga = '', sagaId = '', direction = '' } = told;
      if (type === 'saga.started') started(sagaId, saga, Date.parse(time));
      else if (type === 'saga.parked') made.parked.inc({ saga, direction });
      else if (type === 'saga.finished') finished(told, Date.parse(time));
    }
  };
}

function createMetrics(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <Label extends string>(
    name: string,
    help: string,
    { labelNames, buckets }: { readonly labelNames: Label[]; readonly buckets: number[] },
  ) => new Histogram({ name, help, labelNames, buckets, registers });
  const ofSagas = durationBucketsSeconds;
  return {
    started: counter(metricNames.sagasStarted, 'Sagas that have begun', ['saga']),
    finished: counter(metricNames.sagasFinished, 'Sagas that have ended', ['saga', 'outcome']),
    parked: counter(metricNames.sagasParked, 'Times a saga came to wait for a person', [
      ...(['saga', 'direction'] as const),
    ]),
    duration: histogram(metricNames.sagaDuration, 'Seconds from the start of a saga to its end', {
      labelNames: ['saga', 'outcome', 'waited'],
      buckets: ofSagas,
    }),
    inconsistency: histogram(
      metricNames.sagaInconsistency,
      'Seconds from the first effect of a saga to its end, in which databases differ',
      { labelNames: ['saga', 'outcome'], buckets: ofSagas },
    ),
    step: histogram(metricNames.sagaStepDuration, 'Seconds a step took, its repeats included', {
      labelNames: ['participant', 'command', 'outcome'],
      buckets: stepBucketsSeconds,
    }),
  };
}
