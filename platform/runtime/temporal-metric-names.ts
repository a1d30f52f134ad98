/**
 * What is exported of Temporal's own metrics, by name. What is not in these lists is dropped at our edge: they are the
 * bound of how many time series there can be. Dashboards and alerts read the same lists.
 */

/** How one metric of the SDK is shown: its kind, and those of its labels that are kept. */
interface SdkMetric {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
}

const counter = (name: string, ...labels: string[]): SdkMetric => ({
  ...{ name: `temporal_${name}_total`, kind: 'counter', labels },
});
const gauge = (name: string, ...labels: string[]): SdkMetric => ({
  ...{ name: `temporal_${name}`, kind: 'gauge', labels },
});
const seconds = (name: string, ...labels: string[]): SdkMetric => ({
  ...{ name: `temporal_${name}_seconds`, kind: 'histogram', labels },
});

/**
 * Of a worker, by what the SDK calls it without its prefix. The queue and the namespace are left out, since a process
 * of ours has one of each.
 */
export const sdkMetrics = {
  workflow_completed: counter('workflow_completed', 'workflow_type'),
  workflow_canceled: counter('workflow_canceled', 'workflow_type'),
  workflow_failed: counter('workflow_failed', 'workflow_type'),
  workflow_task_execution_failed: counter(
    'workflow_task_execution_failed',
    ...['workflow_type', 'failure_reason'],
  ),
  activity_execution_failed: counter(
    'activity_execution_failed',
    ...['activity_type', 'failure_reason'],
  ),
  workflow_task_schedule_to_start_latency: seconds('workflow_task_schedule_to_start_latency'),
  workflow_task_execution_latency: seconds('workflow_task_execution_latency'),
  workflow_task_replay_latency: seconds('workflow_task_replay_latency'),
  activity_schedule_to_start_latency: seconds('activity_schedule_to_start_latency'),
  activity_execution_latency: seconds('activity_execution_latency', 'activity_type'),
  workflow_task_queue_poll_succeed: counter('workflow_task_queue_poll_succeed'),
  workflow_task_queue_poll_empty: counter('workflow_task_queue_poll_empty'),
  activity_poll_no_task: counter('activity_poll_no_task'),
  worker_task_slots_available: gauge('worker_task_slots_available', 'worker_type'),
  worker_task_slots_used: gauge('worker_task_slots_used', 'worker_type'),
  num_pollers: gauge('num_pollers', 'poller_type'),
  sticky_cache_size: gauge('sticky_cache_size'),
  sticky_cache_hit: counter('sticky_cache_hit'),
  sticky_cache_miss: counter('sticky_cache_miss'),
  request: counter('request', 'operation'),
  request_failure: counter('request_failure', 'operation', 'status_code'),
  request_latency: seconds('request_latency', 'operation'),
  long_request_failure: counter('long_request_failure', 'operation', 'status_code'),
} as const satisfies Readonly<Record<string, SdkMetric>>;

/** Most values of one label; what comes beyond is counted as `other`. Nobody outside may make a series. */
export const sdkLabelValuesMax = 100;

/** Of Temporal's own server, as it names them; seconds. Scraped under `job="temporal"`, never by our processes. */
export const serverMetrics = {
  /** Histogram; labels service_name, operation, namespace. */
  serviceLatency: 'service_latency',
  /** Counter; the same labels. */
  serviceRequests: 'service_requests',
  /** Counter; the same, and error_type. Answers that are meant, as that a workflow is not there, are among them. */
  serviceErrors: 'service_error_with_type',
  /** Histogram; labels service_name, operation, namespace. */
  persistenceLatency: 'persistence_latency',
  /** Gauge; labels namespace, taskqueue, task_type. Age of the oldest task that no worker has taken. */
  backlogAge: 'approximate_backlog_age_seconds',
  /** Counter; the same labels. Polls that were given a task. */
  pollSuccess: 'poll_success',
  /** Counter; the same. Of those, the ones that were waiting when the task came. */
  pollSuccessSync: 'poll_success_sync',
} as const;
