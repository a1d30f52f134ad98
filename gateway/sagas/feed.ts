import type { Log } from '../../platform/runtime/log';
import type { SagaPosition } from '../read-model';

/** How often the read model is asked about what is followed; milliseconds. */
export const feedEveryMs = 300;

/** Tells whoever follows a saga that its row has changed. One question to the read model serves all of them. */
export interface SagaFeed {
  /** Calls `changed` once as soon as the position is known, and at each change; answers how to stop. */
  follow(workflowId: string, changed: (position: SagaPosition) => void): () => void;
}

interface Follower {
  readonly workflowId: string;
  readonly changed: (position: SagaPosition) => void;
  last?: SagaPosition;
}

const isSame = (one: SagaPosition, other: SagaPosition | undefined): boolean =>
  one.generation === other?.generation && one.version === other.version;

/** Asks only while somebody follows. A read model that is away is asked again; who follows waits meanwhile. */
export function createSagaFeed(options: {
  readonly positions: (
    workflowIds: readonly string[],
  ) => Promise<ReadonlyMap<string, SagaPosition>>;
  readonly log: Log;
  readonly everyMs?: number;
}): SagaFeed {
  const { positions, log, everyMs = feedEveryMs } = options;
  const followers = new Set<Follower>();
  let timer: NodeJS.Timeout | undefined;
  let isAway = false;

  async function look(): Promise<void> {
    const ids = [...new Set([...followers].map(({ workflowId }) => workflowId))];
    const found = await positions(ids);
    if (isAway) log.info('the read model is followed again');
    isAway = false;
    for (const follower of followers) {
      const position = found.get(follower.workflowId);
      if (position === undefined || isSame(position, follower.last)) continue;
      follower.last = position;
      follower.changed(position);
    }
  }

  function turn(): void {
    timer = undefined;
    if (followers.size === 0) return;
    look()
      .catch((error: unknown) => {
        if (!isAway) log.warn('the read model could not be followed', { error });
        isAway = true;
      })
      .finally(() => {
        timer ??= setTimeout(turn, everyMs).unref();
      });
  }

  return {
    follow(workflowId, changed) {
      const follower: Follower = { workflowId, changed };
      followers.add(follower);
      timer ??= setTimeout(turn, 0).unref();
      return () => void followers.delete(follower);
    },
  };
}
