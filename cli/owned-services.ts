import { services } from '../activities';
import type { HostedService } from '../platform/host/hosted-service';
import { sagasJournal } from '../platform/saga/journal/hosted';

/** A service, and the process that owns its database. */
export interface OwnedService {
  readonly process: string;
  readonly service: HostedService;
}

/** Every service, and the journal of those who run the sagas: a participant like them. */
export const ownedServices: readonly OwnedService[] = [
  ...services.map((service) => ({ process: service.name, service })),
  { process: 'orchestrator', service: sagasJournal },
];

/** The service that an argument names. Throws `RangeError` for another name, which commander has refused before. */
export function serviceNamed(name: string): OwnedService {
  const found = ownedServices.find(({ service }) => service.name === name);
  if (found === undefined) throw new RangeError(`there is no service ${name}`);
  return found;
}
