import type { OperationHandlers } from '../../platform/security/operations';
import { orderHandlers, orderOperations } from './orders';
import type { GatewayParts } from './parts';
import { serviceHandlers, serviceOperations } from './services';

export { cachedReadOf } from './orders';

/** Operations of this project beside those of its services that `further.ts` passes on as they are. */
export const ownOperations = { ...orderOperations, ...serviceOperations } as const;

/** Services that they ask. */
export const ownServices: readonly string[] = [
  ...new Set(Object.values(serviceOperations).map(({ tag }) => tag)),
];

/** Handlers of {@link ownOperations}. */
export function ownHandlers(parts: GatewayParts): OperationHandlers<typeof ownOperations> {
  return { ...orderHandlers(parts), ...serviceHandlers(parts) };
}
