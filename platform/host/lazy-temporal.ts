import { AsyncLocalStorage } from 'node:async_hooks';
import { Connection } from '@temporalio/client';
import type { ConnectionLike } from '@temporalio/client';
import type { Config } from '../runtime/config';
import { watchCredentials } from '../security/renewal';
import { readCredentials } from '../security/tls';

/** How soon a lost connection is tried again, milliseconds. */
const reconnectMs = { first: 100, max: 2_000 } as const;

/** A connection that was replaced stays for what was asked on it: longer than any question of ours may take. */
export const temporalLimits = { retireMs: 30_000 } as const;

type TemporalConfig = Pick<
  Config,
  'HOLDFAST_TEMPORAL_ADDRESS' | 'HOLDFAST_CA_FILE' | 'HOLDFAST_CERT_FILE' | 'HOLDFAST_KEY_FILE'
>;

function open(config: TemporalConfig): Connection {
  const { ca, cert, key } = readCredentials(config);
  return Connection.lazy({
    address: config.HOLDFAST_TEMPORAL_ADDRESS,
    tls: { serverRootCACertificate: ca, clientCertPair: { crt: cert, key } },
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': reconnectMs.first,
      'grpc.max_reconnect_backoff_ms': reconnectMs.max,
    },
  });
}

/**
 * A client's connection as this process: nothing is sent before the first question, and it comes back by itself. After
 * a renewal of the certificate new questions go over a connection of their own; the one before is closed 30 s later.
 */
export function lazyTemporal(config: TemporalConfig): ConnectionLike {
  let current = open(config);
  const retired = new Map<Connection, NodeJS.Timeout>();
  /** Deadlines are kept by the connection they were set on, so a question stays with it. */
  const scope = new AsyncLocalStorage<Connection>();
  const used = (): Connection => scope.getStore() ?? current;

  const stopWatching = watchCredentials(config, () => {
    const before = current;
    current = open(config);
    const close = (): void => {
      retired.delete(before);
      void before.close();
    };
    retired.set(before, setTimeout(close, temporalLimits.retireMs).unref());
  });

  function within<Result>(ask: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = used();
    return scope.run(connection, () => ask(connection));
  }

  return {
    get workflowService() {
      return used().workflowService;
    },
    get operatorService() {
      return used().operatorService;
    },
    plugins: current.plugins,
    ensureConnected: () => used().ensureConnected(),
    withDeadline: (deadline, ask) => within((one) => one.withDeadline(deadline, ask)),
    withMetadata: (metadata, ask) => within((one) => one.withMetadata(metadata, ask)),
    withAbortSignal: (signal, ask) => within((one) => one.withAbortSignal(signal, ask)),
    async close() {
      stopWatching();
      for (const timer of retired.values()) clearTimeout(timer);
      await Promise.all([current, ...retired.keys()].map((one) => one.close()));
    },
  };
}
