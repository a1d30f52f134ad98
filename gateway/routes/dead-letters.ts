import { letterOperations } from '../../projections/letters/operations';
import type { Operation, OperationHandlers } from '../../platform/security/operations';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { forward } from './services';

/** The service that owns the read models, and with them the dead letters. */
export const letterService = 'projector';

/** A retry works through a queue of events before it answers. */
const deadlineMs = 12_000;

/** The service that runs the reactions, and where it answers for their dead letters. */
export const reactionLetterService = 'sagas';
const reactionsBelow = '/reactions';

type FacingPeople<Table> = {
  readonly [Name in keyof Table]: Omit<Table[Name], 'callers'> &
    typeof facingPeople & { readonly service: string };
};

const entries = Object.entries(letterOperations);

/** The projector's own operations, for people: it checks token, role and body once more. */
export const deadLetterOperations = Object.fromEntries(
  entries.map(([name, operation]) => [
    name,
    { ...operation, ...facingPeople, service: letterService },
  ]),
) as FacingPeople<typeof letterOperations>;

type OfReactions<Table> = {
  readonly [Name in keyof Table as `${Name & string}OfReactions`]: Table[Name];
};

/** The same for the dead letters of reactions. */
export const reactionLetterOperations = Object.fromEntries(
  Object.entries<Operation>(deadLetterOperations).map(([name, operation]) => [
    `${name}OfReactions`,
    {
      ...operation,
      service: reactionLetterService,
      path: `${reactionsBelow}${operation.path}`,
      summary: `Of reactions: ${operation.summary}`,
    },
  ]),
) as unknown as OfReactions<typeof deadLetterOperations>;

/** Handlers of {@link deadLetterOperations}. */
export function deadLetterHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof deadLetterOperations> {
  return forwarding(parts, deadLetterOperations);
}

/** Handlers of {@link reactionLetterOperations}. */
export function reactionLetterHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof reactionLetterOperations> {
  return forwarding(parts, reactionLetterOperations);
}

function forwarding<Table extends Readonly<Record<keyof Table, Operation>>>(
  parts: Pick<GatewayParts, 'service'>,
  operations: Table,
): OperationHandlers<Table> {
  const handlers = Object.entries<Operation>(operations).map(([name, operation]) => [
    name,
    forward(parts, operation, { deadlineMs }),
  ]);
  return Object.fromEntries(handlers) as OperationHandlers<Table>;
}
