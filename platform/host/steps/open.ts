import type { Registry } from 'prom-client';
import type { Consul } from '../../discovery/consul';
import { createResolver } from '../../discovery/resolver';
import { createServiceClient } from '../../discovery/service-client';
import type { ParticipantActivities } from '../../participant/activities';
import type { Config } from '../../runtime/config';
import type { Log } from '../../runtime/log';
import type { HostedService } from '../hosted-service';
import { createDirectActivities } from './call';

/** The straight way from a worker of sagas to the services. */
export interface DirectSteps {
  readonly activities: ParticipantActivities;
  close(): Promise<void>;
}

interface DirectParts {
  readonly services: readonly HostedService[];
  readonly consul: Consul;
  readonly log: Log;
  readonly registry: Registry;
}

/** Opens a client of each service, found through Consul. Nothing connects before the first message. */
export function openDirectSteps(config: Config, parts: DirectParts): DirectSteps {
  const { services, consul, log, registry } = parts;
  const resolver = createResolver({ config, consul, log, registry });
  const clients = new Map(
    services.map(({ name: service }) => [
      service,
      createServiceClient({ config, resolver, service, log, registry }),
    ]),
  );
  return {
    activities: createDirectActivities(services, (service) => clients.get(service)!),
    async close() {
      resolver.close();
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}
