import { connectionLimits } from './connection';
import type { LogConnection } from './connection';

/** A client of the brokers that is connected when it is needed first, and kept until it is given up. */
export interface KeptClient<Client> {
  get(): Promise<Client>;
  /** Nobody gets this one any more; resolves when it is disconnected. Does nothing where there is none. */
  giveUp(): Promise<void>;
  /** The same, for good, and of those that were replaced. */
  close(): Promise<void>;
}

type Disconnects = { disconnect(): Promise<void> };

/**
 * Keeps one client; `name` is what the log calls it where it does not disconnect. After a renewal of the credentials
 * the next one is a new one, and the one before finishes what it was asked.
 */
export function keptClient<Client extends Disconnects>(
  connect: () => Promise<Client>,
  told: Pick<LogConnection, 'log' | 'renewed'> & { readonly name: string },
): KeptClient<Client> {
  let current: Promise<Client> | undefined;
  const retired = new Map<Promise<Client>, NodeJS.Timeout>();

  async function end(client: Promise<Client> | undefined): Promise<void> {
    await client
      ?.then((one) => one.disconnect())
      .catch((error: unknown) => {
        told.log.debug(`${told.name} did not disconnect`, { error });
      });
  }
  const take = (): Promise<Client> | undefined => {
    const last = current;
    current = undefined;
    return last;
  };
  const stopWatching = told.renewed?.(() => {
    const last = take();
    if (last === undefined) return;
    const over = (): void => {
      retired.delete(last);
      void end(last);
    };
    retired.set(last, setTimeout(over, connectionLimits.retireMs).unref());
  });
  const giveUp = (): Promise<void> => end(take());
  return {
    get: () => (current ??= connect()),
    giveUp,
    async close() {
      stopWatching?.();
      for (const timer of retired.values()) clearTimeout(timer);
      await Promise.all([giveUp(), ...[...retired.keys()].map(end)]);
      retired.clear();
    },
  };
}
