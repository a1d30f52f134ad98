import { keeperOf } from '../event/event-names';
import { capital, namesOf } from '../names';
import type { Names } from '../names';

/** A new read model, and what it is of. */
export interface ProjectionNames extends Names {
  /** `TripList`, in names of types and operations. */
  readonly Pascal: string;
  /** `trip` */
  readonly aggregate: string;
  /** Service that tells its events. */
  readonly service: string;
  /** `tripId` */
  readonly id: string;
}

/** Names of what is to be written. Throws NAME_INVALID. */
export function projectionNamesOf(
  kebab: string,
  { of: aggregate }: { readonly of: string },
  root: string,
): ProjectionNames {
  const names = namesOf(kebab);
  return { ...names, Pascal: capital(names.camel), aggregate, ...keeperOf(aggregate, root) };
}
