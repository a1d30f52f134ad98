import type { BufferedMetricUpdate } from '@temporalio/worker';
import { Registry } from 'prom-client';
import { sdkMetricsIn } from '../../../platform/host/sdk-metrics';
import { sdkLabelValuesMax, sdkMetrics } from '../../../platform/runtime/temporal-metric-names';

const update = (
  name: string,
  value: number,
  attributes: Record<string, string> = {},
): BufferedMetricUpdate =>
  ({ metric: { name: `temporal_${name}` }, value, attributes }) as unknown as BufferedMetricUpdate;

/** Series and their values after these updates, in as many looks. */
async function shown(...looks: BufferedMetricUpdate[][]): Promise<ReadonlyMap<string, number>> {
  const registry = new Registry();
  const take = sdkMetricsIn(registry);
  looks.forEach(take);
  const text = await registry.metrics();
  const lines = text.split('\n').filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

const failed = sdkMetrics.workflow_task_execution_failed.name;
const slots = sdkMetrics.worker_task_slots_available.name;
const waited = sdkMetrics.activity_schedule_to_start_latency.name;

describe('the metrics of the Temporal SDK, among ours', () => {
  test('counters grow by what is told, gauges are the last of it, durations fall into buckets', async () => {
    const labels = { workflow_type: 'trip', failure_reason: 'NonDeterminismError' };
    const worker = { worker_type: 'WorkflowWorker' };
    const found = await shown(
      [update('workflow_task_execution_failed', 2, labels)],
      [update('workflow_task_execution_failed', 1, labels)],
      [update('worker_task_slots_available', 10, worker)],
      [update('worker_task_slots_available', 7, worker)],
      [update('activity_schedule_to_start_latency', 0.15)],
      [update('activity_schedule_to_start_latency', 0.3)],
    );
    expect({
      failed: found.get(`${failed}{workflow_type="trip",failure_reason="NonDeterminismError"}`),
      slots: found.get(`${slots}{worker_type="WorkflowWorker"}`),
      within: found.get(`${waited}_bucket{le="0.2"}`),
      all: found.get(`${waited}_count`),
    }).toEqual({ failed: 3, slots: 7, within: 1, all: 2 });
  });

  test('what is not listed is not there, whether metric or label', async () => {
    const calm = await shown([]);
    const found = await shown([
      update('something_new', 1, { task_queue: 'orders' }),
      update('sticky_cache_hit', 1, { task_queue: 'a-1', namespace: 'x', workflow_type: 'y' }),
    ]);
    expect([...found.keys()].filter((name) => !calm.has(name))).toEqual([]);
    expect(found.get(sdkMetrics.sticky_cache_hit.name)).toBe(1);
  });

  test('ten thousand types that nobody wrote are a hundred series and one', async () => {
    const calm = await shown([]);
    const made = Array.from({ length: 10_000 }, (_, index) =>
      update('workflow_completed', 1, { workflow_type: `type-${index}` }),
    );
    const found = await shown(made);
    const more = [...found.keys()].filter((name) => !calm.has(name));
    expect(more).toHaveLength(sdkLabelValuesMax + 1);
    const { name } = sdkMetrics.workflow_completed;
    expect(found.get(`${name}{workflow_type="other"}`)).toBe(10_000 - sdkLabelValuesMax);
  });
});
