import type { ServiceStore } from './ports';

/** How a store hears that its certificate was renewed; returns how to stop. */
export type Renewals = (listener: () => void) => () => void;

/** A store of one certificate, and how many questions to it are open. */
interface Era<State> {
  readonly store: ServiceStore<State>;
  open: number;
  isOver: boolean;
}

type Method = (...given: never[]) => unknown;

/**
 * A store whose driver keeps the certificate it was opened with: after a renewal the next question goes to one that is
 * opened anew, and the one before is closed when everything it was asked is answered.
 */
export function renewingStore<State>(
  open: () => ServiceStore<State>,
  renewals: Renewals,
): ServiceStore<State> {
  const begin = (): Era<State> => ({ store: open(), open: 0, isOver: false });
  let era = begin();
  const subscriptions = new Set<Subscription>();
  const closing = new Set<Promise<void>>();

  function end(one: Era<State>): Promise<void> {
    const closed = one.store.close().finally(() => closing.delete(closed));
    closing.add(closed);
    return closed;
  }
  const endIfDone = (one: Era<State>): void => {
    if (one.isOver && one.open === 0) end(one).catch(() => undefined);
  };
  const stopWatching = renewals(() => {
    const before = era;
    era = begin();
    for (const one of subscriptions) one.move(era.store);
    before.isOver = true;
    endIfDone(before);
  });

  const asking =
    (name: string): Method =>
    async (...given) => {
      const asked = era;
      asked.open += 1;
      try {
        return await (asked.store as unknown as Record<string, Method>)[name]?.(...given);
      } finally {
        asked.open -= 1;
        endIfDone(asked);
      }
    };
  const members = Object.entries(era.store).map(([name, member]: [string, unknown]) => [
    name,
    typeof member === 'function' ? asking(name) : member,
  ]);
  return {
    ...(Object.fromEntries(members) as ServiceStore<State>),
    subscribe(wake) {
      const one = subscription(wake, era.store);
      subscriptions.add(one);
      return () => {
        subscriptions.delete(one);
        one.stop();
      };
    },
    async close() {
      stopWatching();
      await Promise.all([end(era), ...closing]);
    },
  };
}

interface Subscription {
  /** Listens to another store; what was written in between is woken for. */
  move(store: Pick<ServiceStore, 'subscribe'>): void;
  stop(): void;
}

function subscription(wake: () => void, first: Pick<ServiceStore, 'subscribe'>): Subscription {
  let stop = first.subscribe(wake);
  return {
    move(store) {
      stop();
      stop = store.subscribe(wake);
      wake();
    },
    stop: () => stop(),
  };
}
