import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { fromZero } from '../runtime/from-zero';
import { metricNames } from '../runtime/metric-names';
import { ejectionReasons } from './outlier';
import type { EjectionReason } from './outlier';

/** Read whenever somebody asks for the metrics: a value of each service. */
interface DiscoverySources {
  /** Milliseconds since Consul confirmed the list; undefined while it never did. */
  ages(this: void): readonly (readonly [string, number | undefined])[];
  /** Instances that are left alone just now. */
  ejected(this: void): readonly (readonly [string, number])[];
}

/** Shows what a resolver knows. */
export function observeDiscovery(registry: Registry, sources: DiscoverySources) {
  const registers = [registry];
  const labelNames = ['service'];
  new Gauge({
    name: metricNames.discoveryAge,
    help: 'Seconds since Consul confirmed the instances of a service',
    ...{ labelNames, registers },
    collect() {
      for (const [service, ageMs] of sources.ages()) this.set({ service }, (ageMs ?? 1e9) / 1_000);
    },
  });
  new Gauge({
    name: metricNames.instancesEjected,
    help: 'Instances of a service that are left alone because they did not answer as they should',
    ...{ labelNames, registers },
    collect() {
      for (const [service, count] of sources.ejected()) this.set({ service }, count);
    },
  });
  const ejections = new Counter({
    name: metricNames.ejections,
    help: 'Times an instance was left alone, by reason: fault, errors',
    labelNames: ['service', 'reason'] as const,
    registers,
  });
  return {
    /** From now on the counter has the service, at nothing. */
    follows: (service: string) =>
      void fromZero(ejections, { service: [service], reason: ejectionReasons }),
    wasEjected: (service: string, reason: EjectionReason) => ejections.inc({ service, reason }),
  };
}

/** What becomes of a call; `refused` while the breaker of its service is open. */
const callOutcomes = ['ok', 'retried', 'failed', 'refused'] as const;

/** What a client of one service counts. */
export interface CallMetrics {
  counted(outcome: (typeof callOutcomes)[number]): void;
  /** An instance showed another identity than the service's. */
  peerRefused(): void;
}

/** Counters that all clients of a process share. */
export function callMetrics(
  registry: Registry,
  service: string,
  isBreakerOpen: () => boolean,
): CallMetrics {
  const calls = counter(registry, metricNames.serviceCalls, {
    help: 'Calls to services by outcome: ok, retried, failed, refused',
    labelNames: ['service', 'outcome'],
  });
  const refused = counter(registry, metricNames.servicePeersRefused, {
    help: 'Instances that Consul named and whose certificate is not the service’s',
    labelNames: ['service'],
  });
  fromZero(calls, { service: [service], outcome: callOutcomes });
  fromZero(refused, { service: [service] });
  breakersOf(registry).set(service, isBreakerOpen);
  return {
    counted: (outcome) => calls.inc({ service, outcome }),
    peerRefused: () => refused.inc({ service }),
  };
}

function counter(
  registry: Registry,
  name: string,
  options: { readonly help: string; readonly labelNames: string[] },
): Counter {
  const known = registry.getSingleMetric(name) as Counter | undefined;
  return known ?? new Counter({ name, ...options, registers: [registry] });
}

const breakers = new WeakMap<Registry, Map<string, () => boolean>>();

/** The breakers of a process by service, behind one gauge. */
function breakersOf(registry: Registry): Map<string, () => boolean> {
  const known = breakers.get(registry);
  if (known !== undefined) return known;
  const found = new Map<string, () => boolean>();
  breakers.set(registry, found);
  new Gauge({
    name: metricNames.serviceBreakerOpen,
    help: '1 while a service is not asked, since most calls to it were not answered',
    labelNames: ['service'],
    registers: [registry],
    collect() {
      for (const [service, isOpen] of found) this.set({ service }, isOpen() ? 1 : 0);
    },
  });
  return found;
}
