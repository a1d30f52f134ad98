import { apiOf, contractOf, operationsOf, serviceOf } from './contract-files';
import { deciderOf, identitiesOf, stateOf, testOf } from './decision-files';
import { eventFilesOf } from './event-files';
import type { ServiceNames } from './service-names';
import { storeOf } from './store-file';

/**
 * A service that works as it is: one kind of thing that sagas make, confirm and cancel, with a lock, events and an API.
 * It holds under every fault before a line of it is changed.
 */
export function serviceFiles(names: ServiceNames): Readonly<Record<string, string>> {
  const { name } = names;
  const parts = {
    contract: contractOf,
    service: serviceOf,
    decider: deciderOf,
    state: stateOf,
    store: storeOf,
    identities: identitiesOf,
    operations: operationsOf,
    api: apiOf,
  };
  const files = Object.entries(parts).map(([part, textOf]) => [
    `activities/${name}/${part}.ts`,
    textOf(names),
  ]);
  return {
    ...(Object.fromEntries(files) as Record<string, string>),
    ...eventFilesOf(names),
    [`test/unit/activities/${name}.test.ts`]: testOf(names),
  };
}
