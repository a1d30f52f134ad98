import type { Operation, OperationHandlers } from '../../platform/security/operations';
import { webhookOperations as ownOperations } from '../../webhooks/operations';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { forward } from './services';

/** The journal's service: its processes are the orchestrators, which send webhooks. */
const service = 'sagas';

type FacingPeople<Table> = {
  readonly [Name in keyof Table]: Omit<Table[Name], 'callers'> &
    typeof facingPeople & { readonly service: typeof service };
};

const entries = Object.entries(ownOperations);

/** The operations on webhooks, for people: the process that sends them checks token, role and body once more. */
export const webhookOperations = Object.fromEntries(
  entries.map(([name, operation]) => [name, { ...operation, ...facingPeople, service }]),
) as FacingPeople<typeof ownOperations>;

/** Looking up the name of a URL takes its time. */
const deadlineMs = 8_000;

/** Handlers of {@link webhookOperations}. */
export function webhookHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof webhookOperations> {
  const handlers = Object.entries<Operation>(webhookOperations).map(([name, operation]) => [
    name,
    forward(parts, operation, { deadlineMs }),
  ]);
  return Object.fromEntries(handlers) as OperationHandlers<typeof webhookOperations>;
}
