import { metricNames as m } from '../../platform/runtime/metric-names';
import type { PanelSpec } from './panel';
import { quantile, rate } from './panel';

/** How sagas go: whether they end, how, how long databases differ meanwhile, and who waits for whom. */
export const sagaPanels: readonly PanelSpec[] = [
  {
    title: 'Begun and ended',
    description: 'Sagas a second, by type. The lines should lie on each other.',
    unit: 'reqps',
    queries: {
      'begun: {{saga}}': rate(m.sagasStarted, 'saga'),
      'ended: {{saga}}, {{outcome}}': rate(m.sagasFinished, 'saga, outcome'),
    },
  },
  {
    title: 'Not completed',
    description: 'Share of the sagas that ended compensated or cancelled. A step up has a cause.',
    unit: 'percentunit',
    queries: {
      '{{saga}}': `sum by (saga) (rate(${m.sagasFinished}{outcome!="completed"}[5m])) / sum by (saga) (rate(${m.sagasFinished}[5m]))`,
    },
  },
  {
    title: 'From start to end',
    description: 'Those that wait for a person or an event are left out.',
    unit: 's',
    queries: {
      'p50 {{saga}}': quantile(0.5, m.sagaDuration, 'saga', 'waited="no"'),
      'p99 {{saga}}': quantile(0.99, m.sagaDuration, 'saga', 'waited="no"'),
    },
  },
  {
    title: 'Inconsistency window',
    description: 'From the first effect of a saga to its end: so long do the databases differ.',
    unit: 's',
    queries: {
      'p50 {{saga}}': quantile(0.5, m.sagaInconsistency, 'saga'),
      'p99 {{saga}}': quantile(0.99, m.sagaInconsistency, 'saga'),
    },
  },
  {
    title: 'Open now',
    description: 'By state. Parked ones wait for a person.',
    unit: 'short',
    queries: { '{{saga}}, {{state}}': `sum by (saga, state) (${m.sagasActive})` },
  },
  {
    title: 'Parked',
    description: 'How long the oldest parked saga has waited, and how often one was parked.',
    unit: 's',
    queries: {
      'oldest {{saga}}': `max by (saga) (${m.sagaParkedAge})`,
      'parked in 5 min: {{saga}}': `sum by (saga) (increase(${m.sagasParked}[5m]))`,
    },
  },
  {
    title: 'No progress',
    description:
      'For how long nothing was heard of an open saga, the longest, beside what its contract allows.',
    unit: 's',
    queries: {
      '{{saga}}': `max by (saga) (${m.sagaNoProgress})`,
      'may be silent: {{saga}}': `max by (saga) (${m.sagaPatience})`,
    },
  },
  {
    title: 'Steps',
    description:
      'Their 99th percentile by command, repeats included: the slowest one makes the saga slow.',
    unit: 's',
    queries: {
      '{{participant}}.{{command}}': quantile(0.99, m.sagaStepDuration, 'participant, command'),
    },
  },
  {
    title: 'Attempts by outcome',
    description:
      'At the services. done and undone are good; a code that grows names what is wrong.',
    unit: 'reqps',
    queries: {
      '{{service}} {{kind}} {{outcome}}': rate(
        `${m.messageDuration}_count`,
        'service, kind, outcome',
      ),
    },
  },
  {
    title: 'Recoveries and failing code',
    description: 'Sagas that the sweeper had recovered, and those whose workflow tasks fail.',
    unit: 'short',
    queries: {
      'recoveries: {{reason}}': `sum by (reason) (increase(${m.sagaRecoveries}[5m]))`,
      'tasks fail': `max(${m.sagasFailingTasks})`,
    },
  },
];
