import type { RecordedEvent } from '../platform/kernel/decision';
import { Fault } from '../platform/kernel/faults';

/** For folds: an event that cannot come where it stands. The history or the code is wrong, a person must look. */
export function outOfPlace(event: RecordedEvent): Fault {
  return new Fault(
    'INVARIANT_BROKEN',
    `${event.type} cannot be event ${event.seq} of ${event.aggregateId}`,
  );
}
