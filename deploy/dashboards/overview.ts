import { metricNames as m } from '../../platform/runtime/metric-names';
import { recordedNames, slowSagasBudget } from '../../platform/runtime/recorded-metric-names';
import { chosen, quantile } from './panel';
import type { BoardSpec, PanelSpec } from './panel';

const slow = recordedNames.sagasSlow;
const of = `{${chosen}}`;
const requests = `${m.httpRequestDuration}_count{process="gateway"`;

const objective: readonly PanelSpec[] = [
  {
    title: 'Longer than a minute, last hour',
    description:
      'Of the sagas that waited for nobody. The objective is one in a thousand; nothing is shown while none has ended.',
    ...{ kind: 'stat', unit: 'percentunit', thresholds: { warn: 0.001, bad: 0.01 } },
    queries: { share: slow['1h'] },
    runbooks: ['slow-sagas-fast-burn'],
  },
  {
    title: 'Of the budget of three days',
    description: 'How much of what the objective allows was used. From 1 on it is missed.',
    ...{ kind: 'stat', unit: 'percentunit', thresholds: { warn: 0.5, bad: 1 } },
    queries: { used: `${slow['3d']} / ${slowSagasBudget}` },
    runbooks: ['slow-sagas-budget'],
  },
  {
    title: 'Parked now',
    description:
      'Sagas that wait for a person. Every one of them needs an answer within 15 minutes.',
    ...{ kind: 'stat', unit: 'none', thresholds: { bad: 1 } },
    queries: { parked: `sum(${m.sagasActive}{state="parked"})` },
    runbooks: ['saga-parked', 'saga-parked-long'],
  },
  {
    title: 'Open now',
    description: 'Sagas that have not ended.',
    ...{ kind: 'stat', unit: 'none' },
    queries: { open: `sum(${m.sagasActive}${of})` },
  },
  {
    title: 'Processes that answer',
    description: 'Of ours, when Prometheus asked last.',
    ...{ kind: 'stat', unit: 'none' },
    queries: { up: 'sum(up{job="holdfast"})' },
    runbooks: ['process-down'],
  },
  {
    title: 'Alerts that stand',
    description: 'Each names its page.',
    ...{ kind: 'stat', unit: 'none', thresholds: { bad: 1 } },
    queries: { alerts: 'count(ALERTS{alertstate="firing"}) or vector(0)' },
  },
  {
    title: 'How fast the budget burns',
    description:
      'Times the speed at which it would be used up exactly. Above 14.4 somebody is called.',
    unit: 'none',
    thresholds: { warn: 6, bad: 14.4 },
    queries: Object.fromEntries(
      (['5m', '1h', '6h'] as const).map((window) => [
        `over ${window}`,
        `${slow[window]} / ${slowSagasBudget}`,
      ]),
    ),
    runbooks: ['slow-sagas-fast-burn', 'slow-sagas-slow-burn'],
  },
  {
    title: 'How sagas end',
    description: 'A second, by outcome.',
    unit: 'reqps',
    queries: {
      '{{outcome}}': `sum by (outcome) (rate(${m.sagasFinished}${of}[5m]))`,
    },
  },
];

const course: readonly PanelSpec[] = [
  {
    title: 'Inconsistency window',
    description: 'From the first effect of a saga to its end: so long do the databases differ.',
    unit: 's',
    queries: {
      p50: quantile(0.5, m.sagaInconsistency, '', chosen),
      p95: quantile(0.95, m.sagaInconsistency, '', chosen),
      p99: quantile(0.99, m.sagaInconsistency, '', chosen),
    },
  },
  {
    title: 'How old the read models are',
    description: 'p99 of the time from commit to read model, by projection.',
    unit: 's',
    queries: { '{{projection}}': quantile(0.99, m.eventDelay, 'projection') },
    runbooks: ['projector-late', 'projector-behind'],
  },
  {
    title: 'Server errors at the gateway',
    description: 'Share of 5xx answers. More than nothing means a dependency is away: see /readyz.',
    unit: 'percentunit',
    thresholds: { bad: 0.01 },
    queries: {
      share: `(sum(rate(${requests},status_class="5xx"}[5m])) or vector(0)) / clamp_min(sum(rate(${requests}}[5m])), 0.001)`,
    },
    runbooks: ['starts-refused'],
  },
  {
    title: 'What stands still',
    description: 'Partitions, aggregates and letters that wait for a person. All must be zero.',
    unit: 'none',
    thresholds: { bad: 1 },
    queries: {
      'partitions halted': `sum(${m.projectorHalted}) or vector(0)`,
      'aggregates the log refuses': `sum(${m.relayParked}) or vector(0)`,
      'behind dead letters': `sum(${m.parkedAggregates}) or vector(0)`,
      violations: `sum(${m.auditOpenFindings}{severity="violation"}) or vector(0)`,
    },
    runbooks: ['sequence-gap', 'relay-parked', 'dead-letters', 'audit-violation'],
  },
];

/** Whether the objective is kept, and what stands in its way. */
export const overviewBoard: BoardSpec = {
  name: 'overview',
  title: 'Holdfast: overview',
  rows: [
    { title: 'The objective: 999 of 1,000 sagas end within a minute', panels: objective },
    { title: 'The course of things', panels: course },
  ],
};
