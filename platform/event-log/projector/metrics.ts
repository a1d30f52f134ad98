import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { metricNames } from '../../runtime/metric-names';
import type { ProjectorObserver } from './options';
import { deadLetterReasons } from './reading';
import { haltCodes } from './store-port';

const delayBucketsSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300];

/** Measures projections: one call per process, then an observer per projection. */
export function projectorMetrics(registry: Registry): (projection: string) => ProjectorObserver {
  const made = createMetrics(registry);
  return (projection) => {
    made.duplicates.inc({ projection }, 0);
    for (const reason of deadLetterReasons) made.stored.inc({ projection, reason }, 0);
    return {
      applied: (events) => {
        const now = Date.now();
        for (const { service, time, recordedTime } of events) {
          made.applied.inc({ projection, service });
          made.fromLog.observe({ projection }, (now - Date.parse(recordedTime)) / 1_000);
          made.fromCommit.observe({ projection }, (now - Date.parse(time)) / 1_000);
        }
      },
      duplicates: (count) => made.duplicates.inc({ projection }, count),
      deadLetter: (reason) => made.stored.inc({ projection, reason }),
      halted: ({ topic, partition }, code) => {
        for (const one of haltCodes) {
          const labels = { projection, topic, partition: String(partition), code: one };
          made.halted.set(labels, one === code ? 1 : 0);
        }
      },
      lag: ({ topic, partition }, { records, seconds }) => {
        const labels = { projection, topic, partition: String(partition) };
        made.lag.set(labels, records);
        made.lagSeconds.set(labels, seconds);
      },
    };
  };
}

function createMetrics(registry: Registry) {
  const registers = [registry];
  const histogram = (name: string, help: string) =>
    new Histogram({
      ...{ name, help, registers, labelNames: ['projection'] as const },
      buckets: delayBucketsSeconds,
    });
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers });
  const { projectorHalted, projectorLag, projectorLagSeconds, deadLettersStored } = metricNames;
  const place = ['projection', 'topic', 'partition'] as const;
  return {
    applied: counter(metricNames.projectorApplied, 'Events applied', ['projection', 'service']),
    duplicates: counter(metricNames.projectorDuplicates, 'Events seen before', ['projection']),
    stored: counter(deadLettersStored, 'Events parked', ['projection', 'reason']),
    halted: gauge(projectorHalted, '1 while a partition stands still', [...place, 'code']),
    lag: gauge(projectorLag, 'Records not applied yet', [...place]),
    lagSeconds: gauge(projectorLagSeconds, 'Seconds the oldest of them has been there', [...place]),
    fromLog: histogram(metricNames.eventDelayFromLog, 'Seconds from the log to the read model'),
    fromCommit: histogram(metricNames.eventDelay, 'Seconds from the event to the read model'),
  };
}
