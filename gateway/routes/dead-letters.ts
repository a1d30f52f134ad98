import { letterOperations } from '../../projections/letters/operations';
import type { Operation, OperationHandlers } from '../../platform/security/operations';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { forward } from './services';

/** The service that owns the read models, and with them the dead letters. */
export const letterService = 'projector';

/** A retry works through a queue of events before it answers. */
const deadlineMs = 12_000;

type FacingPeople<Table> = {
  readonly [Name in keyof Table]: Omit<Table[Name], 'callers'> & typeof facingPeople;
};

const entries = Object.entries(letterOperations);

/** The projector's own operations, for people: it checks token, role and body once more. */
export const deadLetterOperations = Object.fromEntries(
  entries.map(([name, operation]) => [name, { ...operation, ...facingPeople }]),
) as FacingPeople<typeof letterOperations>;

/** Handlers of {@link deadLetterOperations}. */
export function deadLetterHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof deadLetterOperations> {
  const told = { service: letterService, deadlineMs };
  const handlers = Object.entries<Operation>(deadLetterOperations).map(([name, operation]) => [
    name,
    forward(parts, operation, told),
  ]);
  return Object.fromEntries(handlers) as OperationHandlers<typeof deadLetterOperations>;
}
