import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Config } from '../runtime/config';
import type { Log } from '../runtime/log';
import { metricNames } from '../runtime/metric-names';
import { consulName } from './consul';
import type { Consul, Instance } from './consul';
import { watchInstances } from './watch';
import type { Known } from './watch';

/** How long a sick instance is left alone, and how long a first question may take; milliseconds. */
export const resolverLimits = { ejectedMs: 5_000, firstAnswerMs: 2_000 } as const;

/**
 * Two at random, the less busy of them: spreads load without everybody running to the same idle instance. Ejected
 * instances are used only when there is no other.
 */
export function choose(
  instances: readonly Instance[],
  load: (id: string) => { readonly open: number; readonly ejected: boolean },
  random: () => number = Math.random,
): Instance | undefined {
  const healthy = instances.filter((instance) => !load(instance.id).ejected);
  const candidates = healthy.length > 0 ? healthy : instances;
  if (candidates.length < 2) return candidates[0];
  const first = Math.floor(random() * candidates.length);
  const step = 1 + Math.floor(random() * (candidates.length - 1));
  const one = candidates[first];
  const other = candidates[(first + step) % candidates.length];
  if (one === undefined || other === undefined) return one ?? other;
  return load(other.id).open < load(one.id).open ? other : one;
}

/** An instance in use; say how it went, so that the next choice knows. */
export interface Picked {
  readonly instance: Instance;
  /** There is another one that was not tried yet. */
  readonly hasOthers: boolean;
  done(outcome: 'ok' | 'sick' | 'unknown'): void;
}

export interface Resolver {
  /** An instance of the service, none of `except` if there is any other; undefined when none is known. */
  pick(service: string, except?: ReadonlySet<string>): Promise<Picked | undefined>;
  /** Milliseconds since Consul confirmed the service's list; undefined while it never did. */
  ageMs(service: string): number | undefined;
  close(): void;
}

interface Load {
  open: number;
  ejectedUntilMs: number;
}

export interface ResolverOptions {
  readonly config: Pick<Config, 'HOLDFAST_INSTANCE'>;
  readonly consul: Consul;
  readonly log: Log;
  readonly registry: Registry;
}

/** Resolves services to instances through Consul, keeping the last known ones when it is away. */
export function createResolver(options: ResolverOptions): Resolver {
  const known = new Map<string, Known>();
  const loads = new Map<string, Load>();
  new Gauge({
    name: metricNames.discoveryAge,
    help: 'Seconds since Consul confirmed the instances of a service',
    labelNames: ['service'],
    registers: [options.registry],
    collect() {
      for (const [service, one] of known) this.set({ service }, (one.ageMs() ?? 1e9) / 1_000);
    },
  });

  function watch(service: string): Known {
    const name = consulName(service, options.config.HOLDFAST_INSTANCE);
    const one = known.get(service) ?? watchInstances({ ...options, name });
    known.set(service, one);
    return one;
  }

  function loadOf(id: string): Load {
    const load = loads.get(id) ?? { open: 0, ejectedUntilMs: 0 };
    loads.set(id, load);
    return load;
  }

  function take(instance: Instance, hasOthers: boolean): Picked {
    const load = loadOf(instance.id);
    load.open += 1;
    let open = true;
    return {
      instance,
      hasOthers,
      done: (outcome) => {
        if (open) load.open -= 1;
        open = false;
        if (outcome === 'sick') load.ejectedUntilMs = performance.now() + resolverLimits.ejectedMs;
        else if (outcome === 'ok') load.ejectedUntilMs = 0;
      },
    };
  }

  return {
    async pick(service, except = new Set()) {
      const one = watch(service);
      if (one.instances.length === 0) await one.firstAnswer(resolverLimits.firstAnswerMs);
      const others = one.instances.filter(({ id }) => !except.has(id));
      const now = performance.now();
      const chosen = choose(others.length > 0 ? others : one.instances, (id) => {
        const { open, ejectedUntilMs } = loadOf(id);
        return { open, ejected: ejectedUntilMs > now };
      });
      return chosen === undefined ? undefined : take(chosen, others.length > 1);
    },
    ageMs: (service) => known.get(service)?.ageMs(),
    close: () => known.forEach((one) => one.stop()),
  };
}
