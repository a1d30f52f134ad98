import type { OperationHandlers } from '../../platform/security/operations';
import type { GatewayParts } from './parts';

/** What views are answered from. */
export type ViewParts = Pick<GatewayParts, 'readModel'>;

/** Read models that people ask through the gateway, one line each: `...nameOperations`. */
export const viewOperations = {};

/** What answers them, one line each: `nameHandlers`. */
const views: readonly ((parts: ViewParts) => object)[] = [];

/** Handlers of {@link viewOperations}. */
export function viewHandlers(parts: ViewParts): OperationHandlers<typeof viewOperations> {
  return Object.assign({}, ...views.map((handlersOf) => handlersOf(parts))) as OperationHandlers<
    typeof viewOperations
  >;
}
