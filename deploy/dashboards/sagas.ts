import { metricNames as m } from '../../platform/runtime/metric-names';
import { chosen, quantile, rate } from './panel';
import type { BoardSpec, PanelSpec } from './panel';

const of = `{${chosen}}`;
const swift = `${chosen},waited="no"`;

const ends: readonly PanelSpec[] = [
  {
    title: 'Begun and ended',
    description: 'Sagas a second, by type. The lines should lie on each other.',
    unit: 'reqps',
    queries: {
      'begun: {{saga}}': rate(`${m.sagasStarted}${of}`, 'saga'),
      'ended: {{saga}}, {{outcome}}': rate(`${m.sagasFinished}${of}`, 'saga, outcome'),
    },
  },
  {
    title: 'Not completed',
    description: 'Share of the sagas that ended compensated or cancelled. A step up has a cause.',
    unit: 'percentunit',
    queries: {
      '{{saga}}': `sum by (saga) (rate(${m.sagasFinished}{${chosen},outcome!="completed"}[5m])) / (sum by (saga) (rate(${m.sagasFinished}${of}[5m])) > 0)`,
    },
  },
  {
    title: 'From start to end',
    description: 'Those that wait for a person or an event are left out.',
    unit: 's',
    queries: {
      'p50 {{saga}}': quantile(0.5, m.sagaDuration, 'saga', swift),
      'p99 {{saga}}': quantile(0.99, m.sagaDuration, 'saga', swift),
    },
    runbooks: ['slow-sagas-fast-burn'],
  },
  {
    title: 'From start to end, each',
    description: 'How many took how long. Two bands are two kinds of sagas, or a queue.',
    ...{ kind: 'heatmap', unit: 'short' },
    queries: { '{{le}}': `sum by (le) (increase(${m.sagaDuration}_bucket{${swift}}[5m]))` },
  },
  {
    title: 'Inconsistency window',
    description: 'From the first effect of a saga to its end: so long do the databases differ.',
    unit: 's',
    queries: {
      'p50 {{saga}}': quantile(0.5, m.sagaInconsistency, 'saga', chosen),
      'p95 {{saga}}': quantile(0.95, m.sagaInconsistency, 'saga', chosen),
      'p99 {{saga}}': quantile(0.99, m.sagaInconsistency, 'saga', chosen),
    },
  },
];

const open: readonly PanelSpec[] = [
  {
    title: 'Open now',
    description: 'By state. Parked ones wait for a person. The journal counts them of every type.',
    unit: 'short',
    queries: {
      '{{saga}}, {{state}}': `sum by (saga, state) (${m.sagasActive}${of})`,
      'in the journal': `max(${m.sagasOpen})`,
    },
    runbooks: ['saga-parked'],
  },
  {
    title: 'Parked',
    description: 'How long the oldest parked saga has waited.',
    unit: 's',
    thresholds: { warn: 60, bad: 900 },
    queries: { '{{saga}}': `max by (saga) (${m.sagaParkedAge}${of})` },
    runbooks: ['saga-parked', 'saga-parked-long'],
  },
  {
    title: 'Came to be parked',
    description: 'In five minutes, by direction. On the way back it is the harder case.',
    unit: 'short',
    queries: {
      '{{saga}}, {{direction}}': `sum by (saga, direction) (increase(${m.sagasParked}${of}[5m]))`,
    },
    runbooks: ['saga-parked'],
  },
  {
    title: 'No progress',
    description:
      'For how long nothing was heard of an open saga, the longest, beside what its contract allows.',
    unit: 's',
    queries: {
      '{{saga}}': `max by (saga) (${m.sagaNoProgress}${of})`,
      'may be silent: {{saga}}': `max by (saga) (${m.sagaPatience}${of})`,
    },
    runbooks: ['saga-no-progress'],
  },
];

const steps: readonly PanelSpec[] = [
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
    runbooks: ['saga-tasks-fail'],
  },
  {
    title: 'Reactions',
    description: 'Sagas that events started, by reaction and outcome, and events that wait.',
    unit: 'short',
    queries: {
      '{{reaction}} {{outcome}}': rate(m.reactionStarts, 'reaction, outcome'),
      waiting: m.reactionsPending,
    },
    runbooks: ['reactions-wait'],
  },
  {
    title: 'Webhooks',
    description:
      'Attempts to tell webhooks, by what came of them; what waits, and what was given up.',
    unit: 'short',
    queries: {
      '{{result}}': rate(m.webhookAttempts, 'result'),
      waiting: `max(${m.webhooksPending})`,
      dead: `max(${m.webhooksDead})`,
    },
    runbooks: ['webhooks-dead', 'webhooks-wait'],
  },
  {
    title: 'Message to a webhook that is due',
    description: 'For how long the oldest has been. A tried one is not due until its next attempt.',
    unit: 's',
    thresholds: { bad: 600 },
    queries: { oldest: `max(${m.webhookOldestDue})` },
    runbooks: ['webhooks-wait'],
  },
];

/** How sagas go: whether they end, how, how long databases differ meanwhile, and who waits for whom. */
export const sagasBoard: BoardSpec = {
  name: 'sagas',
  title: 'Holdfast: sagas',
  rows: [
    { title: 'Whether they end, and how', panels: ends },
    { title: 'What is open', panels: open },
    { title: 'Steps, attempts, reactions', panels: steps },
  ],
};
