import type { MetricTags } from '@temporalio/common';
import type { BufferedMetricUpdate } from '@temporalio/worker';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { sdkLabelValuesMax, sdkMetrics } from '../runtime/temporal-metric-names';

/** The SDK writes so many updates down between two looks; at a thousand tasks a second they are some ten thousand. */
export const sdkMetricLimits = { bufferMax: 100_000, lookMs: 1_000 } as const;

/** Two tenths of a second are among them: a task that waits for longer than that calls somebody. */
const bucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60];

const prefix = 'temporal_';

type Labels = Record<string, string>;
type Take = (value: number, tags: MetricTags) => void;

/**
 * Shows Temporal's own metrics of this process among ours: those of the list, by the labels of the list. Answers what
 * takes updates of the SDK; of a metric that is not listed nothing is kept.
 */
export function sdkMetricsIn(
  registry: Registry,
): (updates: Iterable<BufferedMetricUpdate>) => void {
  const takes = new Map<string, Take>(
    Object.entries(sdkMetrics).map(([name, spec]) => [name, taking(registry, spec)]),
  );
  return (updates) => {
    for (const { metric, value, attributes } of updates) {
      const name = metric.name.startsWith(prefix) ? metric.name.slice(prefix.length) : metric.name;
      takes.get(name)?.(value, attributes);
    }
  };
}

function taking(registry: Registry, spec: (typeof sdkMetrics)[keyof typeof sdkMetrics]): Take {
  const { name, kind } = spec;
  const labelNames: readonly string[] = spec.labels;
  const labelsOf = boundedLabels(labelNames);
  const options = {
    ...{ name, labelNames: [...labelNames], registers: [registry] },
    help: 'Of the Temporal SDK',
  };
  if (kind === 'counter') {
    const counter = new Counter(options);
    return (value, tags) => counter.inc(labelsOf(tags), value);
  }
  if (kind === 'gauge') {
    const gauge = new Gauge(options);
    return (value, tags) => gauge.set(labelsOf(tags), value);
  }
  const histogram = new Histogram({ ...options, buckets: bucketsSeconds });
  return (value, tags) => histogram.observe(labelsOf(tags), value);
}

/** Types come with tasks, which name what they like: the first hundred values of a label are shown as they are. */
function boundedLabels(names: readonly string[]): (tags: MetricTags) => Labels {
  const known = new Map(names.map((name) => [name, new Set<string>()]));
  const bounded = (name: string, value: string): string => {
    const values = known.get(name);
    if (values === undefined || values.has(value)) return value;
    if (values.size >= sdkLabelValuesMax) return 'other';
    values.add(value);
    return value;
  };
  return (tags) =>
    Object.fromEntries(names.map((name) => [name, bounded(name, String(tags[name] ?? ''))]));
}
