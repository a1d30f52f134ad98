import { Connection } from '@temporalio/client';
import type { Config } from '../runtime/config';
import { readCredentials } from '../security/tls';

/** How soon a lost connection is tried again, milliseconds. */
const reconnectMs = { first: 100, max: 2_000 } as const;

type TemporalConfig = Pick<
  Config,
  'HOLDFAST_TEMPORAL_ADDRESS' | 'HOLDFAST_CA_FILE' | 'HOLDFAST_CERT_FILE' | 'HOLDFAST_KEY_FILE'
>;

/** A client's connection as this process: nothing is sent before the first question, and it comes back by itself. */
export function lazyTemporal(config: TemporalConfig): Connection {
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
