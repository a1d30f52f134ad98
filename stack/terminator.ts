import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { peerOf } from '../platform/security/peer';
import { watchCredentials } from '../platform/security/renewal';
import { serverTlsOptions } from '../platform/security/tls';
import type { CertificateFiles } from '../platform/security/tls';

/** A TLS front for a server that cannot do TLS itself; read from the command line as JSON. */
export interface TerminatorOptions {
  /** Whose certificate it shows. */
  name: string;
  certsDir: string;
  listenPort: number;
  /** Loopback unless told: inside a container the other containers must reach it. */
  listenHost?: string;
  upstreamPort: number;
  /** Identities that may pass; everybody else is cut off after the handshake. */
  allowed: string[];
  protocol: 'h2' | 'http/1.1';
}

function filesOf({ certsDir, name }: TerminatorOptions): CertificateFiles {
  const file = (base: string): string => path.join(certsDir, base);
  return {
    HOLDFAST_CA_FILE: file('ca.crt'),
    HOLDFAST_CERT_FILE: file(`${name}.crt`),
    HOLDFAST_KEY_FILE: file(`${name}.key`),
  };
}

/** Joins both ends so that either one's end or error ends the other; half-open connections would pile up. */
function join(client: tls.TLSSocket, options: TerminatorOptions): void {
  const upstream = net.connect(options.upstreamPort, '127.0.0.1');
  upstream.setNoDelay(true);
  client.setNoDelay(true);
  client.pipe(upstream).pipe(client);
  const end = (): void => {
    client.destroy();
    upstream.destroy();
  };
  for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
}

function admit(client: tls.TLSSocket, options: TerminatorOptions): void {
  const identity = peerOf(client);
  if (identity !== undefined && options.allowed.includes(identity)) return join(client, options);
  console.error(`refused ${identity ?? 'a certificate without an identity'}`);
  client.on('error', () => undefined);
  client.destroy();
}

/**
 * A renewed certificate is picked up without a restart. Open connections keep the old one; whoever opened them renews
 * them, and Temporal's own server asks every client to come back after five minutes.
 */
function followRenewals(server: tls.Server, files: CertificateFiles): void {
  watchCredentials(files, () => {
    server.setSecureContext(serverTlsOptions(files));
    console.log('the certificate was read again');
  });
}

function main(options: TerminatorOptions): void {
  const files = filesOf(options);
  const server = tls.createServer(
    {
      ...serverTlsOptions(files),
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: [options.protocol],
    },
    (client) => admit(client, options),
  );
  server.on('tlsClientError', () => undefined);
  server.listen(options.listenPort, options.listenHost ?? '127.0.0.1', () =>
    console.log('listening'),
  );
  followRenewals(server, files);
  process.on('SIGTERM', () => process.exit(0));
}

main(JSON.parse(process.argv[2] ?? '') as TerminatorOptions);
