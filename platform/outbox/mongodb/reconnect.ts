import type { MongoClient } from 'mongodb';
import { Fault } from '../../kernel/faults';
import { sorted } from './source';

type AsyncMethods = Record<string, (...given: never[]) => Promise<unknown>>;

/**
 * The driver gives up for good when its very first connection fails: every later call finds a closed topology. Asking
 * for a connection before each call makes a new one then, and costs nothing while there is one. A client that
 * was closed on purpose stays closed.
 */
export function connectingFirst<Methods extends object>(
  client: MongoClient,
  methods: Methods,
  isClosed: () => boolean,
): Methods {
  const wrapped = Object.entries(methods as AsyncMethods).map(([name, method]) => [
    name,
    async (...given: never[]) => {
      if (isClosed()) throw new Fault('STORE_UNAVAILABLE', 'mongodb: the store is closed');
      await sorted(client.connect());
      return method(...given);
    },
  ]);
  return Object.fromEntries(wrapped) as Methods;
}
