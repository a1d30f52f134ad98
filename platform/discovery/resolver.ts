import type { Registry } from 'prom-client';
import type { Config } from '../runtime/config';
import type { Log } from '../runtime/log';
import { consulName } from './consul';
import type { Consul, Instance } from './consul';
import { observeDiscovery } from './metrics';
import { createOutliers } from './outlier';
import type { Outcome, Outliers } from './outlier';
import { watchInstances } from './watch';
import type { Known } from './watch';

/** How long a first question may take, milliseconds. */
export const resolverLimits = { firstAnswerMs: 2_000 } as const;

/** What is known of an instance's load. */
export interface InstanceLoad {
  /** Calls under way. */
  readonly open: number;
  readonly ejected: boolean;
  /** Grows with each use of any instance; 0 for one that was never used. */
  readonly usedAt?: number;
}

/** Whether one is the better choice: less busy, or where both are as busy, not used for longer. */
function isBefore(one: InstanceLoad, other: InstanceLoad): boolean {
  return one.open === other.open ? (one.usedAt ?? 0) < (other.usedAt ?? 0) : one.open < other.open;
}

/**
 * Two at random, the less busy of them: spreads load without everybody running to the same idle instance. Ejected
 * instances are used only when there is no other.
 */
export function choose(
  instances: readonly Instance[],
  load: (id: string) => InstanceLoad,
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
  return isBefore(load(other.id), load(one.id)) ? other : one;
}

/** An instance in use; say how it went, so that the next choice knows. */
export interface Picked {
  readonly instance: Instance;
  /** There is another one that was not tried yet. */
  readonly hasOthers: boolean;
  done(outcome: Outcome): void;
}

export interface Resolver {
  /** An instance of the service, none of `except` if there is any other; undefined when none is known. */
  pick(service: string, except?: ReadonlySet<string>): Promise<Picked | undefined>;
  /** Whether Consul named an instance of it the last time that it answered; waits for a first answer. */
  isNamed(service: string): Promise<boolean>;
  /** Milliseconds since Consul confirmed the service's list; undefined while it never did. */
  ageMs(service: string): number | undefined;
  close(): void;
}

export interface ResolverOptions {
  readonly config: Pick<Config, 'HOLDFAST_INSTANCE'>;
  readonly consul: Pick<Consul, 'ask'>;
  readonly log: Log;
  readonly registry: Registry;
}

/** What is known of one service, and what is under way at its instances. */
interface Followed {
  readonly known: Known;
  readonly outliers: Outliers;
  /** Calls under way, by instance. */
  readonly open: Map<string, number>;
  /** When each was used last, counted in uses. */
  readonly usedAt: Map<string, number>;
  uses: number;
  /** The list that was looked at last. */
  seen: readonly Instance[];
}

const idsOf = (instances: readonly Instance[]) => instances.map(({ id }) => id);

/** Forgets whoever has left the list: the next one at its place has done nothing yet. */
function forgetGone(followed: Followed): void {
  const { instances } = followed.known;
  if (instances === followed.seen) return;
  followed.seen = instances;
  const ids = new Set(idsOf(instances));
  followed.outliers.keep(ids);
  for (const [id, open] of followed.open) {
    if (open > 0 || ids.has(id)) continue;
    followed.open.delete(id);
    followed.usedAt.delete(id);
  }
}

/** Resolves services to instances through Consul, keeping the last known ones when it is away. */
export function createResolver(options: ResolverOptions): Resolver {
  const services = new Map<string, Followed>();
  const observed = observeDiscovery(options.registry, {
    ages: () => [...services].map(([service, { known }]) => [service, known.ageMs()] as const),
    ejected: () =>
      [...services].map(([service, { known, outliers }]) => {
        const ids = idsOf(known.instances);
        return [service, outliers.ejected(ids, performance.now()).size] as const;
      }),
  });

  function follow(service: string): Followed {
    const found = services.get(service);
    if (found !== undefined) return found;
    const name = consulName(service, options.config.HOLDFAST_INSTANCE);
    const known = watchInstances({ ...options, name });
    const followed: Followed = {
      ...{ known, outliers: createOutliers(), seen: [] },
      ...{ open: new Map(), usedAt: new Map(), uses: 0 },
    };
    services.set(service, followed);
    observed.follows(service);
    return followed;
  }

  function take(service: string, instance: Instance, hasOthers: boolean): Picked {
    const followed = follow(service);
    const { open, outliers } = followed;
    const { id } = instance;
    const add = (count: number) => void open.set(id, (open.get(id) ?? 0) + count);
    add(1);
    followed.usedAt.set(id, (followed.uses += 1));
    let isUnderWay = true;
    return {
      instance,
      hasOthers,
      done: (outcome) => {
        if (!isUnderWay) return;
        isUnderWay = false;
        add(-1);
        const reason = outliers.note(id, outcome, performance.now());
        if (reason === undefined) return;
        observed.wasEjected(service, reason);
        options.log.warn('an instance is left alone for a while', {
          service,
          instance: id,
          reason,
        });
      },
    };
  }

  return {
    async pick(service, except = new Set()) {
      const followed = follow(service);
      const { known, outliers, open } = followed;
      if (known.instances.length === 0) await known.firstAnswer(resolverLimits.firstAnswerMs);
      forgetGone(followed);
      const { instances } = known;
      const ejected = outliers.ejected(idsOf(instances), performance.now());
      const others = instances.filter(({ id }) => !except.has(id));
      const chosen = choose(others.length > 0 ? others : instances, (id) => {
        const usedAt = followed.usedAt.get(id) ?? 0;
        return { open: open.get(id) ?? 0, ejected: ejected.has(id), usedAt };
      });
      return chosen === undefined ? undefined : take(service, chosen, others.length > 1);
    },
    async isNamed(service) {
      const { known } = follow(service);
      if (!known.isNamed) await known.firstAnswer(resolverLimits.firstAnswerMs);
      return known.isNamed;
    },
    ageMs: (service) => services.get(service)?.known.ageMs(),
    close: () => services.forEach(({ known }) => known.stop()),
  };
}
