import { services } from '../../activities';
import type { HostedService } from '../../platform/host/hosted-service';
import { sagasJournal } from '../../platform/saga/journal/hosted';

/** A service whose database can be compared with its log, and the process that owns the database. */
export interface RebuiltService {
  readonly process: string;
  readonly service: Pick<HostedService, 'name' | 'openStore' | 'evolve'>;
}

/** Every service, and the journal of those who run the sagas: a participant like them. */
export const rebuiltServices: readonly RebuiltService[] = [
  ...services.map((service) => ({ process: service.name, service })),
  { process: 'orchestrator', service: sagasJournal },
];

/** The service of that name; `rebuiltServices` has them. */
export function rebuiltService(name: string): RebuiltService {
  const found = rebuiltServices.find(({ service }) => service.name === name);
  if (found === undefined) throw new RangeError(`there is no service ${name}`);
  return found;
}
