import type { Operation, OperationHandlers } from '../../platform/security/operations';
import type { GatewayParts } from './parts';
import { forward } from './services';

/** Services whose operations people use as the gateway does, one line each: `...facing('name', nameOperations)`. */
export const furtherOperations = {};

/** Names of these services. */
export const furtherServices: readonly string[] = [
  ...new Set(Object.values<Operation>(furtherOperations).map(({ service = '' }) => service)),
];

/** Handlers of {@link furtherOperations}: each passes the parsed call on to its service. */
export function furtherHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof furtherOperations> {
  const handlers = Object.entries<Operation>(furtherOperations).map(([name, operation]) => [
    name,
    forward(parts, operation),
  ]);
  return Object.fromEntries(handlers) as OperationHandlers<typeof furtherOperations>;
}
