import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import type { Stack } from '../../stack';

/** What the process that projects is told. */
export type ToProjector = 'begin' | 'end';

/** What it says: a batch names the aggregates whose rows stand, and since when, in milliseconds of the epoch. */
export type FromProjector =
  'ready' | 'ended' | { readonly applied: readonly string[]; readonly at: number };

/** Told of each batch; `atMs` is a moment of this process's `performance.now()`. */
export type HearBatch = (aggregateIds: readonly string[], atMs: number) => void;

/** The projector in a process of its own. */
export interface Following {
  readonly pid: number;
  /** From now on, until the answer is called: it resolves when the projector has left its group. */
  begin(hear: HearBatch): () => Promise<void>;
  close(): Promise<void>;
}

/** Starts the process; it projects nothing yet. */
export async function startFollowing(stack: Pick<Stack, 'environmentFor'>): Promise<Following> {
  const entry = path.join(projectRoot, 'dist', 'bench', 'projection', 'projector.js');
  const env = { ...process.env, ...stack.environmentFor('projector') };
  const child = fork(entry, { env });
  const said = (what: FromProjector): Promise<void> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('the projector ended'));
      child.once('exit', ended);
      child.on('message', function hear(message: FromProjector) {
        if (message !== what) return;
        child.off('message', hear).off('exit', ended);
        resolve();
      });
    });
  await said('ready');
  return {
    pid: child.pid ?? 0,
    begin(hear) {
      const listen = (message: FromProjector): void => {
        if (typeof message === 'object') hear(message.applied, message.at - performance.timeOrigin);
      };
      child.on('message', listen);
      child.send('begin' satisfies ToProjector);
      return async () => {
        const ended = said('ended');
        child.send('end' satisfies ToProjector);
        await ended;
        child.off('message', listen);
      };
    },
    async close() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
