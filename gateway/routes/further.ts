import type { Operation, OperationHandlers } from '../../platform/security/operations';
import { passingOn } from './facing';
import type { GatewayParts } from './parts';

/** Services whose operations people use as the gateway does, one line each: `...facing('name', nameOperations)`. */
export const furtherOperations = {};

/** Names of these services. */
export const furtherServices: readonly string[] = [
  ...new Set(Object.values<Operation>(furtherOperations).map(({ service = '' }) => service)),
];

/** Handlers of {@link furtherOperations}. */
export function furtherHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof furtherOperations> {
  return passingOn(parts, furtherOperations);
}
