import { watchOperations } from '../../projections/watching/operations';
import type { Operation, OperationHandlers } from '../../platform/security/operations';
import { letterService } from './dead-letters';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { forward } from './services';

/** The log is read from where it is asked for, by a consumer that has to join first. */
const deadlineMs = 15_000;

/** The projector's own operations on log and read models, for people: it checks token, role and query once more. */
export const watchingOperations = {
  listProjections: { ...watchOperations.listProjections, ...facingPeople, service: letterService },
  listEvents: { ...watchOperations.listEvents, ...facingPeople, service: letterService },
} as const;

/** Handlers of {@link watchingOperations}. */
export function watchingHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof watchingOperations> {
  const passOn = (operation: Operation) => forward(parts, operation, { deadlineMs });
  return {
    listProjections: passOn(watchingOperations.listProjections),
    listEvents: passOn(watchingOperations.listEvents),
  };
}
