import type { Log } from '../../runtime/log';

/** A client of the brokers that is connected when it is needed first, and kept until it is given up. */
export interface KeptClient<Client> {
  get(): Promise<Client>;
  /** Nobody gets this one any more; resolves when it is disconnected. Does nothing where there is none. */
  giveUp(): Promise<void>;
}

/** Keeps one client; `name` is what the log calls it where it does not disconnect. */
export function keptClient<Client extends { disconnect(): Promise<void> }>(
  connect: () => Promise<Client>,
  { name, log }: { readonly name: string; readonly log: Log },
): KeptClient<Client> {
  let current: Promise<Client> | undefined;
  return {
    get: () => (current ??= connect()),
    async giveUp() {
      const last = current;
      current = undefined;
      await last
        ?.then((client) => client.disconnect())
        .catch((error: unknown) => {
          log.debug(`${name} did not disconnect`, { error });
        });
    },
  };
}
