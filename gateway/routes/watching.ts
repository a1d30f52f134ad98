import { watchOperations } from '../../projections/watching/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import { letterService } from './dead-letters';
import { facing, passingOn } from './facing';
import type { GatewayParts } from './parts';

/** The log is read from where it is asked for, by a consumer that has to join first. */
const deadlineMs = 15_000;

/** The projector's own operations on log and read models, for people. */
export const watchingOperations = facing(letterService, watchOperations);

/** Handlers of {@link watchingOperations}. */
export function watchingHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof watchingOperations> {
  return passingOn(parts, watchingOperations, { deadlineMs });
}
