import { metricNames } from '../../../platform/runtime/metric-names';
import { sdkMetrics, serverMetrics } from '../../../platform/runtime/temporal-metric-names';
import { stretch } from './running';
import type { Scenario } from './scenarios';

const orchestrator = 'job="holdfast",process="orchestrator"';
const waited = sdkMetrics.activity_schedule_to_start_latency.name;
const waitedOfSagas = sdkMetrics.workflow_task_schedule_to_start_latency.name;
const failed = sdkMetrics.workflow_task_execution_failed.name;
const queue = 'namespace="holdfast",taskqueue="payments",task_type="Activity"';

/** Whether somebody takes the tasks there are, in time, with code that fits. */
export const workerScenarios: readonly Scenario[] = [
  {
    title: 'a saga that nobody has answered for a quarter of an hour',
    interval: '1m',
    series: {
      [`${metricNames.sagaParkedAge}{process="projector",saga="place-order"}`]: '0+60x20 0x9',
    },
    at: {
      '15m': [],
      '16m': [
        {
          alert: 'HoldfastSagaParkedLong',
          labels: { saga: 'place-order', severity: 'page' },
          summary: 'a saga of place-order has waited for a person for 16m 0s',
        },
      ],
      '22m': [],
    },
  },
  {
    title: 'the first task whose code does not fit its history; other failures are not of it',
    interval: '15s',
    series: {
      [`${failed}{${orchestrator},workflow_type="place-order",failure_reason="NonDeterminismError"}`]:
        '_x8 1x40',
      [`${failed}{${orchestrator},workflow_type="visa",failure_reason="WorkflowError"}`]: '0+9x60',
    },
    at: {
      '1m45s': [],
      '2m': [
        {
          alert: 'HoldfastCodeDoesNotFit',
          labels: { workflow_type: 'place-order', severity: 'page' },
          summary: 'the code of place-order does not fit the history of a saga',
        },
      ],
      '8m': [],
    },
  },
  {
    title: 'activities that wait for half a second until they begin, for five minutes',
    interval: '1m',
    series: {
      [`${waited}_bucket{${orchestrator},le="0.2"}`]: '0+60x10 600x10 600+60x15',
      [`${waited}_bucket{${orchestrator},le="0.5"}`]: '0+60x35',
      [`${waited}_bucket{${orchestrator},le="+Inf"}`]: '0+60x35',
      [`${waitedOfSagas}_bucket{${orchestrator},le="0.2"}`]: '0+60x35',
      [`${waitedOfSagas}_bucket{${orchestrator},le="+Inf"}`]: '0+60x35',
    },
    at: {
      '10m': [],
      '14m': [],
      '19m': [
        {
          alert: 'HoldfastScheduleToStartHigh',
          labels: { process: 'orchestrator', severity: 'warn' },
          summary: 'tasks for orchestrator wait for 497ms until they begin',
        },
      ],
      '34m': [],
    },
  },
  stretch({
    title: 'a worker without a free slot for two minutes',
    series: `${sdkMetrics.worker_task_slots_available.name}{${orchestrator},worker_type="ActivityWorker"}`,
    values: '5x2 0x9 3x12',
    expected: {
      alert: 'HoldfastWorkerSlotsExhausted',
      labels: { process: 'orchestrator', worker_type: 'ActivityWorker', severity: 'warn' },
      summary: 'orchestrator takes no more work of the kind ActivityWorker',
    },
  }),
  stretch({
    title: 'a task that nobody has taken for more than a minute, for one more',
    series: `${serverMetrics.backlogAge}{${queue}}`,
    values: '30x2 90x9 0x12',
    expected: {
      alert: 'HoldfastTasksWait',
      labels: { taskqueue: 'payments', task_type: 'Activity', severity: 'page' },
      summary: 'nobody has taken a task of payments (Activity) for 1m 30s',
    },
  }),
  {
    title:
      'tasks of which one in ten has to wait, for ten minutes; with few of them it says nothing',
    interval: '1m',
    series: {
      [`${serverMetrics.pollSuccess}{${queue}}`]: '0+120x50',
      [`${serverMetrics.pollSuccessSync}{${queue}}`]: '0+118x10 1180+108x20 3340+120x20',
      [`${serverMetrics.pollSuccess}{namespace="holdfast",taskqueue="orders"}`]: '0+30x50',
      [`${serverMetrics.pollSuccessSync}{namespace="holdfast",taskqueue="orders"}`]: '0+3x50',
    },
    at: {
      '10m': [],
      '19m': [],
      '28m': [
        {
          alert: 'HoldfastTasksNotTakenAtOnce',
          labels: { taskqueue: 'payments', severity: 'warn' },
          summary: 'of the tasks of payments only 90% found a worker that was waiting',
        },
      ],
      '45m': [],
    },
  },
];
