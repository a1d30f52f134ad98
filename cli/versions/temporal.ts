import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { unreadPayloads } from '../../platform/host/unread-payloads';
import { recallEnvironment } from '../../stack/recall';
import { CommandError } from '../command-error';

/** How long one question to Temporal may take. */
const rpcMs = 10_000;

const needed = [
  ...['HOLDFAST_TEMPORAL_ADDRESS', 'HOLDFAST_CA_FILE', 'HOLDFAST_CERT_FILE', 'HOLDFAST_KEY_FILE'],
] as const;

/** Temporal as an operator reaches it. */
export interface Reach {
  /** Asks for names and states alone: it needs no key. */
  readonly client: Client;
  /** Reads payloads too, where it was told how. */
  readonly reading: Client;
  readonly namespace: string;
  /** Asks with a deadline of ten seconds. */
  readonly within: <Found>(ask: () => Promise<Found>) => Promise<Found>;
}

/**
 * Connects by the environment, or to the embedded stack of a state folder where the environment names no Temporal, and
 * closes when `work` is done. The identity is the certificate's: it needs the right to write.
 */
export async function withTemporal<Done>(
  options: {
    readonly state: string;
    readonly environment: NodeJS.ProcessEnv;
    /** Opens payloads for `reading`. */
    readonly dataConverter?: DataConverter;
  },
  work: (reach: Reach) => Promise<Done>,
): Promise<Done> {
  const { dataConverter } = options;
  const environment = reachable(options.environment, options.state);
  const namespace = environment.HOLDFAST_TEMPORAL_NAMESPACE ?? 'holdfast';
  const read = (name: string): Buffer => readFileSync(environment[name] ?? '');
  const connection = await Connection.connect({
    address: environment.HOLDFAST_TEMPORAL_ADDRESS ?? '',
    tls: {
      serverRootCACertificate: read('HOLDFAST_CA_FILE'),
      clientCertPair: { crt: read('HOLDFAST_CERT_FILE'), key: read('HOLDFAST_KEY_FILE') },
    },
  });
  try {
    return await work({
      client: new Client({ connection, namespace, dataConverter: unreadPayloads }),
      reading: new Client({ connection, namespace, ...(dataConverter && { dataConverter }) }),
      namespace,
      within: (ask) => connection.withDeadline(Date.now() + rpcMs, ask),
    });
  } finally {
    await connection.close();
  }
}

function reachable(environment: NodeJS.ProcessEnv, state: string): NodeJS.ProcessEnv {
  if (!environment.HOLDFAST_TEMPORAL_ADDRESS) return recallEnvironment(state)('admin');
  const missing = needed.filter((name) => !environment[name]);
  if (missing.length === 0) return environment;
  throw new CommandError({
    code: 'CONFIG_INVALID',
    cause: `${missing.join(', ')} is not set`,
    fix: 'set all of them, or leave HOLDFAST_TEMPORAL_ADDRESS out to use the stack on this machine',
  });
}
