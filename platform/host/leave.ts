import { setTimeout as delay } from 'node:timers/promises';
import { consulName, instancesOf } from '../discovery/consul';
import type { Consul } from '../discovery/consul';
import { pause } from '../discovery/pace';
import type { Registration } from '../discovery/registration';
import type { Health } from '../http/health';
import type { RunningServer } from '../http/server';
import type { Config } from '../runtime/config';

/** How long leaving waits for Consul, milliseconds. */
export const leaveLimits = { deregisterMs: 1_500, askMs: 500 } as const;

/** What a process leaves, and with what. */
export interface Leaving {
  readonly config: Pick<Config, 'HOLDFAST_DRAIN_MS' | 'HOLDFAST_INSTANCE'>;
  readonly consul: Consul;
  readonly health: Pick<Health, 'drain'>;
  readonly server: Pick<RunningServer, 'endConnections' | 'close'>;
  /** Name under which it is registered. */
  readonly service: string;
  /** Undefined where it was not registered yet. */
  readonly registration: Pick<Registration, 'id' | 'stop'> | undefined;
}

/**
 * Leaves without losing a request: takes itself out of Consul; goes on answering for `HOLDFAST_DRAIN_MS`, each answer
 * the last one on its connection, until everybody has heard of it; then stops accepting and finishes what is in work.
 * Where nobody else could take its place there is nothing to wait for. Resolves when its server is closed.
 */
export async function leave(leaving: Leaving): Promise<void> {
  const { config, health, server, registration } = leaving;
  health.drain();
  if (registration !== undefined) {
    // Consul that is away must not eat the time for what is in work: it notices by its own check.
    const late = new AbortController();
    const patience = pause(leaveLimits.deregisterMs, late.signal);
    await Promise.race([registration.stop(), patience]).finally(() => late.abort());
    server.endConnections();
    if (await hasAnother(leaving, registration.id)) await delay(config.HOLDFAST_DRAIN_MS);
  }
  await server.close();
}

/** Whether another instance of the same name is well, as Consul knows it; no, where Consul does not say. */
async function hasAnother({ config, consul, service }: Leaving, ownId: string): Promise<boolean> {
  const name = encodeURIComponent(consulName(service, config.HOLDFAST_INSTANCE));
  try {
    const path = `/v1/health/service/${name}?passing=true`;
    const { body } = await consul.ask({ path, timeoutMs: leaveLimits.askMs });
    return instancesOf(body).some(({ id }) => id !== ownId);
  } catch {
    return false;
  }
}
