import type { MongoClient } from 'mongodb';

/** How the connections of a client are used; `waiting` are callers without one. */
export interface MongoPoolUse {
  readonly database: string;
  readonly inUse: number;
  readonly idle: number;
  readonly waiting: number;
}

/** Clients that are open in this process, for whoever measures them. */
const openPools = new Set<() => MongoPoolUse>();

/** How the clients of this process are used now. */
export function mongoPools(): readonly MongoPoolUse[] {
  return [...openPools].map((use) => use());
}

/** Follows the connections of a client by the driver's events, until it is closed. */
export function watchPool(client: MongoClient, database: string): void {
  const open = new Set<string>();
  const taken = new Set<string>();
  let waiting = 0;
  type Named = { readonly address: string; readonly connectionId: unknown };
  const nameOf = (one: Named): string => `${one.address}/${String(one.connectionId)}`;
  const use = (): MongoPoolUse => {
    return { database, inUse: taken.size, idle: open.size - taken.size, waiting };
  };
  client.on('connectionCreated', (one) => void open.add(nameOf(one)));
  client.on('connectionClosed', (one) => {
    open.delete(nameOf(one));
    taken.delete(nameOf(one));
  });
  client.on('connectionCheckOutStarted', () => void (waiting += 1));
  client.on('connectionCheckOutFailed', () => void (waiting -= 1));
  client.on('connectionCheckedOut', (one) => {
    waiting -= 1;
    taken.add(nameOf(one));
  });
  client.on('connectionCheckedIn', (one) => void taken.delete(nameOf(one)));
  client.on('topologyOpening', () => void openPools.add(use));
  client.on('topologyClosed', () => void openPools.delete(use));
}
