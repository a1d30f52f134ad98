import { AsyncLocalStorage } from 'node:async_hooks';
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { ConnectionLike, ConnectionOptions } from '@temporalio/client';
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

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];
/** What a call has that others see; the class has more. */
type Call = ReturnType<Parameters<Interceptor>[1]>;

/** Of gRPC: what it says of a call that was given up here, and is not tried again. */
const cancelled = 1;

/**
 * Ends a call whose connection is closed. The SDK tries again from a timer, where what a closed connection throws is
 * nobody's: it would end the process.
 */
const endWithConnection = ((options, nextCall): Call => {
  try {
    return nextCall(options);
  } catch (error) {
    return endedCall((error as Error).message);
  }
}) as Interceptor;

function endedCall(details: string): Call {
  return {
    start(metadata, listener) {
      listener?.onReceiveMessage?.(null);
      listener?.onReceiveStatus?.({ code: cancelled, details, metadata });
    },
    startRead: () => undefined,
    sendMessage: () => undefined,
    sendMessageWithContext: () => undefined,
    halfClose: () => undefined,
    cancelWithStatus: () => undefined,
    getPeer: () => '',
    getAuthContext: () => null,
  };
}

function open(config: TemporalConfig): Connection {
  const { ca, cert, key } = readCredentials(config);
  return Connection.lazy({
    address: config.HOLDFAST_TEMPORAL_ADDRESS,
    tls: { serverRootCACertificate: ca, clientCertPair: { crt: cert, key } },
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), endWithConnection],
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
