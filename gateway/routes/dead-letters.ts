import { letterOperations } from '../../projections/letters/operations';
import type { Operation, OperationHandlers } from '../../platform/security/operations';
import { facing, passingOn } from './facing';
import type { GatewayParts } from './parts';

/** The service that owns the read models, and with them the dead letters. */
export const letterService = 'projector';

/** A retry works through a queue of events before it answers. */
const deadlineMs = 12_000;

/** The service that runs the reactions, and where it answers for their dead letters. */
export const reactionLetterService = 'sagas';
const reactionsBelow = '/reactions';

/** The projector's own operations, for people. */
export const deadLetterOperations = facing(letterService, letterOperations);

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
  return passingOn(parts, deadLetterOperations, { deadlineMs });
}

/** Handlers of {@link reactionLetterOperations}. */
export function reactionLetterHandlers(
  parts: Pick<GatewayParts, 'service'>,
): OperationHandlers<typeof reactionLetterOperations> {
  return passingOn(parts, reactionLetterOperations, { deadlineMs });
}
