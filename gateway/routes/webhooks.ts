import type { OperationHandlers } from '../../platform/security/operations';
import { webhookOperations as ownOperations } from '../../webhooks/operations';
import { facing, passingOn } from './facing';
import type { GatewayParts } from './parts';

/** The operations on webhooks, for people: of the journal's service, whose processes send them. */
export const webhookOperations = facing('sagas', ownOperations);

/** Looking up the name of a URL takes its time. */
const deadlineMs = 8_000;

/** Handlers of {@link webhookOperations}. */
export function webhookHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof webhookOperations> {
  return passingOn(parts, webhookOperations, { deadlineMs });
}
