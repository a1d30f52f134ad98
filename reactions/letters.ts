import type { SchemaRegistry } from '../platform/event-log/schema-registry';
import type { HostedService, Vaults } from '../platform/host/hosted-service';
import { below } from '../platform/http/below';
import { reactionProjection } from '../platform/reactions/projection';
import type { Reaction } from '../platform/reactions/reaction';
import type { Log } from '../platform/runtime/log';
import { openLetterApi } from '../projections/letters/api';
import type { ReactionStore } from './store';

/** Path below which the orchestrator answers for the dead letters of reactions, as the projector does for its own. */
export const reactionLettersPath = '/reactions';

interface LetterParts {
  readonly reactions: readonly Reaction[];
  readonly recordsOf: (keys: Vaults) => ReactionStore;
  readonly schemas: Pick<SchemaRegistry, 'read' | 'readClosed'>;
  readonly issuer: string;
  readonly log: Log;
}

/**
 * The service with the dead letters of reactions in its API. A redrive folds an event that is a letter already, so it
 * counts whenever it happened.
 */
export function withReactionLetters(service: HostedService, parts: LetterParts): HostedService {
  const { reactions, recordsOf, schemas, issuer, log } = parts;
  const projections = reactions.map((one) => reactionProjection(one, ''));
  return {
    ...service,
    open(config, keys, options) {
      const opened = service.open(config, keys, options);
      const told = { store: recordsOf(keys), projections, schemas, issuer, log };
      const letters = below(reactionLettersPath, openLetterApi(told));
      return {
        ...opened,
        api: {
          mount(app, guard) {
            opened.api.mount(app, guard);
            letters.mount(app, guard);
          },
        },
      };
    },
  };
}
