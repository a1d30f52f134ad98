import { metricNames as m } from '../../platform/runtime/metric-names';
import {
  sdkMetrics as sdk,
  serverMetrics as server,
} from '../../platform/runtime/temporal-metric-names';
import { quantile, rate } from './panel';
import type { BoardSpec, PanelSpec } from './panel';

/** Temporal's server exports some names of the SDK's too: only those of our workers are meant. */
const ours = 'job="holdfast"';
const temporal = 'job="temporal"';

const workers: readonly PanelSpec[] = [
  {
    title: 'From schedule to start',
    description:
      'p99 of how long tasks wait for a worker. Above 0.2 s workers are missing, or their slots.',
    unit: 's',
    thresholds: { bad: 0.2 },
    queries: {
      'workflow tasks, {{process}}': quantile(
        0.99,
        sdk.workflow_task_schedule_to_start_latency.name,
        'process',
      ),
      'activities, {{process}}': quantile(
        0.99,
        sdk.activity_schedule_to_start_latency.name,
        'process',
      ),
    },
    runbooks: ['schedule-to-start-high'],
  },
  {
    title: 'Free slots',
    description: 'At zero a worker takes no more of the kind.',
    unit: 'short',
    queries: {
      '{{process}}: {{worker_type}}': `min by (process, worker_type) (${sdk.worker_task_slots_available.name})`,
    },
    runbooks: ['worker-slots-exhausted'],
  },
  {
    title: 'Pollers',
    description: 'By kind. None of a kind: nobody asks for its tasks.',
    unit: 'short',
    queries: {
      '{{process}}: {{poller_type}}': `sum by (process, poller_type) (${sdk.num_pollers.name}{${ours}})`,
    },
  },
  {
    title: 'Time of a workflow task',
    description:
      'p99, and p99 of replaying alone. Above 10 s the server gives the task away again.',
    unit: 's',
    queries: {
      'task {{process}}': quantile(0.99, sdk.workflow_task_execution_latency.name, 'process'),
      'replay {{process}}': quantile(0.99, sdk.workflow_task_replay_latency.name, 'process'),
    },
  },
  {
    title: 'Sagas in memory',
    description:
      'Kept between two tasks, and how many of those looked for were not (they are replayed).',
    unit: 'short',
    queries: {
      'kept {{process}}': `max by (process) (${sdk.sticky_cache_size.name})`,
      'missed a second {{process}}': rate(sdk.sticky_cache_miss.name, 'process'),
    },
  },
  {
    title: 'Workflow tasks that failed',
    description: 'By type and reason. NonDeterminismError: the code does not fit the histories.',
    unit: 'short',
    queries: {
      '{{workflow_type}}: {{failure_reason}}': `sum by (workflow_type, failure_reason) (increase(${sdk.workflow_task_execution_failed.name}[5m]))`,
    },
    mayBeEmpty: 'a worker none of whose tasks has failed has no type and reason to show',
    runbooks: ['code-does-not-fit', 'saga-tasks-fail'],
  },
  {
    title: 'Requests to Temporal',
    description: 'By operation.',
    unit: 'reqps',
    queries: { '{{operation}}': rate(sdk.request.name, 'operation') },
  },
  {
    title: 'Requests that Temporal refused',
    description:
      'By operation and status. NOT_FOUND is an answer of every day: who asks whether a recovery is at work.',
    unit: 'reqps',
    queries: {
      '{{operation}} {{status_code}}': rate(sdk.request_failure.name, 'operation, status_code'),
    },
  },
];

const queues: readonly PanelSpec[] = [
  {
    title: 'Age of the oldest task',
    description: 'That no worker has taken, by queue. Growing: nobody works on it.',
    unit: 's',
    thresholds: { bad: 60 },
    queries: {
      '{{taskqueue}}, {{task_type}}': `max by (taskqueue, task_type) (${server.backlogAge}{namespace=~"holdfast.*"})`,
    },
    runbooks: ['tasks-wait'],
  },
  {
    title: 'Taken at once',
    description:
      'Share of the tasks for which a worker was waiting already. Below 95 % workers are missing.',
    unit: 'percentunit',
    queries: {
      '{{taskqueue}}': `sum by (taskqueue) (rate(${server.pollSuccessSync}{namespace=~"holdfast.*"}[5m])) / (sum by (taskqueue) (rate(${server.pollSuccess}{namespace=~"holdfast.*"}[5m])) > 0)`,
    },
  },
  {
    title: 'Temporal’s server',
    description: 'p99 of its answers by service, and of its own database.',
    unit: 's',
    queries: {
      '{{service_name}}': quantile(0.99, server.serviceLatency, 'service_name', temporal),
      'database, {{service_name}}': quantile(
        0.99,
        ...([server.persistenceLatency, 'service_name', temporal] as const),
      ),
    },
  },
  {
    title: 'What its server answers',
    description: 'Requests a second, and those it answers with an error, by service.',
    unit: 'reqps',
    queries: {
      '{{service_name}}': rate(`${server.serviceRequests}{${temporal}}`, 'service_name'),
      'errors, {{service_name}}': rate(`${server.serviceErrors}{${temporal}}`, 'service_name'),
    },
  },
];

const log: readonly PanelSpec[] = [
  {
    title: 'Projector lag',
    description: 'Records in the log that a read model has not seen.',
    unit: 'short',
    queries: { '{{projection}}': `sum by (projection) (${m.projectorLag})` },
    runbooks: ['projector-behind'],
  },
  {
    title: 'Projector lag in seconds',
    description: 'For how long at least the oldest of them has been there, the worst partition.',
    unit: 's',
    thresholds: { warn: 10, bad: 60 },
    queries: { '{{projection}}': `max by (projection) (${m.projectorLagSeconds})` },
    runbooks: ['projector-late'],
  },
  {
    title: 'Event delay, commit to read model',
    description: 'By projection. This is how old an answer of the read models is.',
    unit: 's',
    queries: {
      'p50 {{projection}}': quantile(0.5, m.eventDelay, 'projection'),
      'p99 {{projection}}': quantile(0.99, m.eventDelay, 'projection'),
    },
  },
  {
    title: 'Event delay, log to read model',
    description: 'By projection: the projector’s part of the delay.',
    unit: 's',
    queries: {
      'p50 {{projection}}': quantile(0.5, m.eventDelayFromLog, 'projection'),
      'p99 {{projection}}': quantile(0.99, m.eventDelayFromLog, 'projection'),
    },
  },
  {
    title: 'Events applied',
    description: 'By projection; and those seen before, which is harmless.',
    unit: 'reqps',
    queries: {
      '{{projection}}': rate(m.projectorApplied, 'projection'),
      'again {{projection}}': rate(m.projectorDuplicates, 'projection'),
    },
  },
  {
    title: 'Partitions that stand still',
    description: 'By projection and code. Must be zero. A partition that never did is not shown.',
    unit: 'short',
    thresholds: { bad: 1 },
    queries: {
      '{{projection}} {{code}}': `sum by (projection, code) (${m.projectorHalted})`,
    },
    mayBeEmpty: 'a partition is named once it has stood still',
    runbooks: ['sequence-gap', 'history-forked', 'log-truncated', 'row-refused'],
  },
  {
    title: 'Aggregates that relays cannot send',
    description: 'By service: the broker refuses their next event. Must be zero.',
    unit: 'short',
    thresholds: { bad: 1 },
    queries: { '{{service}}': `sum by (service) (${m.relayParked})` },
    mayBeEmpty: 'a relay names a slot once the broker has refused an event of it',
    runbooks: ['relay-parked'],
  },
];

const letters: readonly PanelSpec[] = [
  {
    title: 'Dead letters',
    description: 'Events that wait for a person, by projection and reason. Must be zero.',
    unit: 'short',
    thresholds: { bad: 1 },
    queries: {
      '{{projection}} {{reason}}': `max by (projection, reason) (${m.deadLetters})`,
    },
    mayBeEmpty: 'none waits',
    runbooks: ['dead-letters'],
  },
  {
    title: 'Dead letters of one cause',
    description: 'The largest groups: what a redrive takes at once.',
    unit: 'short',
    queries: {
      '{{projection}} {{group}} {{reason}}': `max by (projection, group, reason) (${m.deadLetterGroups})`,
    },
    mayBeEmpty: 'none waits',
    runbooks: ['dead-letters'],
  },
  {
    title: 'Became dead letters',
    description: 'In five minutes, by projection and reason.',
    unit: 'short',
    queries: {
      '{{projection}} {{reason}}': `sum by (projection, reason) (increase(${m.deadLettersStored}[5m]))`,
    },
    runbooks: ['dead-letters'],
  },
];

const audit: readonly PanelSpec[] = [
  {
    title: 'Audit findings',
    description: 'Open findings of the auditor, by code. Violations must be zero.',
    unit: 'short',
    thresholds: { bad: 1 },
    queries: { '{{severity}} {{code}} {{service}}': m.auditOpenFindings },
    mayBeEmpty: 'the auditor has found nothing',
    runbooks: ['audit-violation'],
  },
  {
    title: 'Audit',
    description: 'Records it has not read and services it waits for; seconds since its last pass.',
    unit: 'short',
    queries: {
      'unread {{service}}': m.auditLag,
      'waits for {{service}}': m.auditWaiting,
      'last pass': `time() - ${m.auditLastPass}`,
    },
    runbooks: ['audit-stands-still', 'audit-waits'],
  },
  {
    title: 'What the auditor does',
    description: 'Events it checks a second, by service; how long a pass takes, in seconds.',
    unit: 'none',
    queries: {
      'events of {{service}}': rate(m.auditEvents, 'service'),
      'a pass': `max(${m.auditPassSeconds})`,
    },
    runbooks: ['audit-stands-still'],
  },
];

/** What sagas and events go through: Temporal with its workers, and the log with its readers. */
export const platformBoard: BoardSpec = {
  name: 'platform',
  title: 'Holdfast: Temporal and Kafka',
  rows: [
    { title: 'Workers', panels: workers },
    { title: 'Queues and server', panels: queues },
    { title: 'The log and its readers', panels: log },
    { title: 'Letters', panels: letters },
    { title: 'Audit', panels: audit },
  ],
};
