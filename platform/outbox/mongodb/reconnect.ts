import type { MongoClient } from 'mongodb';
import { Fault } from '../../kernel/faults';
import { sorted } from './source';

type AsyncMethod = (...given: never[]) => Promise<unknown>;

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
  const connecting =
    (method: AsyncMethod): AsyncMethod =>
    async (...given) => {
      if (isClosed()) throw new Fault('STORE_UNAVAILABLE', 'mongodb: the store is closed');
      await sorted(client.connect());
      return method(...given);
    };
  const wrapped = Object.entries(methods).map(([name, member]: [string, unknown]) => {
    return [name, typeof member === 'function' ? connecting(member as AsyncMethod) : member];
  });
  return Object.fromEntries(wrapped) as Methods;
}
