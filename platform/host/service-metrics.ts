import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { RelayObserver } from '../event-log/relay';
import { relayFailureCodes } from '../event-log/relay/options';
import type { OutboxSource } from '../outbox/ports';
import type { ParticipantObserver } from '../participant/unit';
import { fromZero } from '../runtime/from-zero';
import { metricNames } from '../runtime/metric-names';
import type { KeySource } from '../security/jwks';

const messageBucketsSeconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const delayBucketsSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300];

/** Measures every message and operation by kind, command and outcome. */
export function observeMessages(registry: Registry, service: string): ParticipantObserver {
  const duration = new Histogram({
    name: metricNames.messageDuration,
    help: 'Duration of messages and operations of a participant, in its local transaction',
    labelNames: ['service', 'kind', 'command', 'outcome'] as const,
    buckets: messageBucketsSeconds,
    registers: [registry],
  });
  return {
    handled: ({ kind, command, outcome, durationMs }) =>
      duration.observe({ service, kind, command, outcome }, durationMs / 1_000),
  };
}

/** Counts what a relay sends, repeats, fails at and parks, and how long events take to the log. */
export function observeRelay(registry: Registry, service: string): RelayObserver {
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const sent = counter(metricNames.relaySent, 'Events sent to the log', ['service']);
  const repeated = counter(metricNames.relayRepeated, 'Events sent again', ['service']);
  for (const one of [sent, repeated]) fromZero(one, { service: [service] });
  const failures = counter(metricNames.relayFailures, 'Failures of the relay', ['service', 'code']);
  fromZero(failures, { service: [service], code: relayFailureCodes });
  const parked = new Gauge({
    name: metricNames.relayParked,
    help: 'Aggregates whose next event the log refuses',
    labelNames: ['service', 'slot'] as const,
    registers: [registry],
  });
  const delay = new Histogram({
    name: metricNames.eventDelayToLog,
    help: 'Seconds from the business time of an event to its acknowledgement by the log',
    labelNames: ['service'] as const,
    buckets: delayBucketsSeconds,
    registers: [registry],
  });
  return {
    sent: (events) => {
      sent.inc({ service }, events.length);
      const now = Date.now();
      for (const { time } of events) delay.observe({ service }, (now - Date.parse(time)) / 1_000);
    },
    repeated: (count) => repeated.inc({ service }, count),
    failed: (code) => failures.inc({ service, code }),
    parked: (slot, count) => parked.set({ service, slot: String(slot) }, count),
  };
}

/** Shows the depth of the outbox, asked at each scrape; a store that is away leaves the last known values. */
export function observeOutbox(
  registry: Registry,
  service: string,
  source: Pick<OutboxSource, 'depth'>,
): void {
  const age = new Gauge({
    name: metricNames.outboxOldestAge,
    help: 'Age of the oldest event that is not in the log yet, seconds',
    labelNames: ['service'] as const,
    registers: [registry],
  });
  new Gauge({
    name: metricNames.outboxPending,
    help: 'Events that are committed and not in the log yet',
    labelNames: ['service'] as const,
    registers: [registry],
    async collect() {
      const depth = await source.depth().catch(() => undefined);
      if (depth === undefined) return;
      this.set({ service }, depth.pending);
      age.set({ service }, depth.oldestAgeMs / 1_000);
    },
  });
}

/** Shows how old the auth server's keys are, nothing while they were never read, and how often it was asked. */
export function observeKeys(
  registry: Registry,
  { keys }: { readonly keys: Pick<KeySource, 'ageMs' | 'asked'> },
): void {
  new Gauge({
    name: metricNames.jwksAge,
    help: 'Seconds since the keys of the auth server were read',
    registers: [registry],
    collect() {
      const ageMs = keys.ageMs();
      if (ageMs !== undefined) this.set(ageMs / 1_000);
    },
  });
  new Counter({
    name: metricNames.jwksReads,
    help: 'Questions to the auth server for its keys',
    labelNames: ['outcome'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(keys.asked())) this.inc({ outcome }, count);
    },
  });
}
