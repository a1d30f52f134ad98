import { readFileSync, statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { peerOf } from '../platform/security/peer';

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

const reloadMs = 10_000;

function readContext(options: TerminatorOptions): tls.SecureContextOptions {
  const read = (file: string): Buffer => readFileSync(path.join(options.certsDir, file));
  return {
    cert: read(`${options.name}.crt`),
    key: read(`${options.name}.key`),
    ca: read('ca.crt'),
    minVersion: 'TLSv1.2',
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

/** A renewed certificate is picked up without a restart: open connections keep the old one. */
function followRenewals(server: tls.Server, options: TerminatorOptions): void {
  const file = path.join(options.certsDir, `${options.name}.crt`);
  let seen = statSync(file).mtimeMs;
  setInterval(() => {
    const now = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? seen;
    if (now === seen) return;
    seen = now;
    server.setSecureContext(readContext(options));
  }, reloadMs).unref();
}

function main(options: TerminatorOptions): void {
  const server = tls.createServer(
    {
      ...readContext(options),
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
  followRenewals(server, options);
  process.on('SIGTERM', () => process.exit(0));
}

main(JSON.parse(process.argv[2] ?? '') as TerminatorOptions);
