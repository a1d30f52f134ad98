import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Express } from 'express';
import type { Registry } from 'prom-client';
import { peerOf } from '../security/peer';
import { watchCredentials } from '../security/renewal';
import { serverTlsOptions } from '../security/tls';
import { eventStreamType } from './event-stream';
import { measureTls } from './tls-metrics';
import type { Config } from '../runtime/config';
import type { Log } from '../runtime/log';
import { problem } from './problem';

/** Every limit of an HTTP server of ours; times in milliseconds. */
export const serverLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  /** From a request's head to the last byte of its answer; the longest of ours, a wait, takes 10 s. */
  answerTimeoutMs: 30_000,
  keepAliveTimeoutMs: 15_000,
  checkIntervalMs: 2_000,
  handshakeTimeoutMs: 10_000,
  headerBytesMax: 16 * 1024,
  connectionsMax: 2_000,
  drainMsMax: 10_000,
  idleSweepMs: 100,
} as const;

/** Who must show a certificate: every client, those who have one (the app decides per route), or nobody. */
export type ClientCertificate = 'required' | 'optional' | 'none';

export interface HttpsServerOptions {
  readonly config: Pick<
    Config,
    | 'HOLDFAST_CA_FILE'
    | 'HOLDFAST_CERT_FILE'
    | 'HOLDFAST_KEY_FILE'
    | 'HOLDFAST_HTTP_HOST'
    | 'HOLDFAST_HTTP_PORT'
  >;
  readonly app: Express;
  readonly clientCertificate: ClientCertificate;
  readonly log: Log;
  readonly limits?: Partial<Record<keyof typeof serverLimits, number>>;
  /** Where refused peers and the certificate's end are shown. */
  readonly registry?: Registry;
}

export interface RunningServer {
  readonly port: number;
  /** From now on each answer is the last one on its connection: whoever asks again has to look for somebody else. */
  endConnections(): void;
  /** Stops accepting, lets open requests finish for at most `drainMsMax`, then cuts the rest. */
  close(): Promise<void>;
}

/**
 * A certificate of our authority without exactly one identity is refused before any request is read; and once more at
 * each request, since it may have ended meanwhile.
 */
function refuseNameless(server: Server, log: Log, refused: (reason: string) => void): void {
  const look = (socket: TLSSocket): void => {
    if (peerOf(socket) !== undefined) return;
    refused('PEER_UNIDENTIFIED');
    log.warn('a peer without an identity was refused', { reason: 'PEER_UNIDENTIFIED' });
    socket.destroy();
  };
  server.on('secureConnection', look);
  server.prependListener('request', ({ socket }: IncomingMessage) => look(socket as TLSSocket));
}

const clientErrors: Readonly<Record<string, Parameters<typeof problem>[0]>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** What the HTTP parser itself refuses never reaches the app, so it is answered here, and the connection ends. */
function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const found = problem(clientErrors[error.code ?? ''] ?? 'REQUEST_MALFORMED');
    const body = JSON.stringify(found.body());
    const lines = [
      `HTTP/1.1 ${found.status} ${found.title}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  });
}

/** Ends the connection of a client that does not take its answer: Node itself would hold it for ever. */
function endSlowReaders(server: Server, answerTimeoutMs: number): void {
  server.on('request', (request, response) => {
    // A stream has an end of its own, and ends whoever does not read it.
    const isStream = () => String(response.getHeader('content-type')).startsWith(eventStreamType);
    const end = (): void => void (isStream() || request.socket.destroy());
    const late = setTimeout(end, answerTimeoutMs).unref();
    response.once('close', () => clearTimeout(late));
  });
}

/**
 * New connections get the new certificate; one that was opened under an old one is answered once more and then closed,
 * so that nobody goes on under what has been replaced. An idle one ends by the keep-alive timeout. A half-written file
 * keeps the old certificate until the next look.
 */
function renewOnChange(server: Server, options: HttpsServerOptions): () => void {
  const opened = new WeakMap<Socket, number>();
  let renewals = 0;
  server.on('secureConnection', (socket: TLSSocket) => opened.set(socket, renewals));
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (opened.get(request.socket) !== renewals) response.shouldKeepAlive = false;
  });
  return watchCredentials(options.config, (change) => {
    try {
      server.setSecureContext(serverTlsOptions(options.config));
      if (change === 'other') renewals += 1;
      options.log.info('the certificate was read again');
    } catch (error) {
      options.log.warn('the certificate could not be read again', { error });
    }
  });
}

/** Once called, every answer that has not begun ends its connection, and says so. */
function lastAnswers(server: Server): () => void {
  const open = new Set<ServerResponse>();
  let isEnding = false;
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    if (isEnding) response.shouldKeepAlive = false;
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  return () => {
    isEnding = true;
    for (const response of open) response.shouldKeepAlive = false;
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function drain(server: Server, drainMsMax: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection whose last request just ended stays open for the next one, which must go elsewhere.
    const idle = setInterval(() => server.closeIdleConnections(), serverLimits.idleSweepMs);
    const cut = setTimeout(() => server.closeAllConnections(), drainMsMax);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
}

function create(options: HttpsServerOptions, limits: Record<keyof typeof serverLimits, number>) {
  const server = createServer(
    {
      ...serverTlsOptions(options.config),
      requestCert: options.clientCertificate !== 'none',
      rejectUnauthorized: options.clientCertificate === 'required',
      handshakeTimeout: limits.handshakeTimeoutMs,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      maxHeaderSize: limits.headerBytesMax,
    },
    options.app,
  );
  server.maxConnections = limits.connectionsMax;
  return server;
}

/** Starts an HTTPS server of ours. Port 0 takes a free one; a taken port rejects with `EADDRINUSE`. */
export async function startHttps(options: HttpsServerOptions): Promise<RunningServer> {
  const limits = { ...serverLimits, ...options.limits };
  const server = create(options, limits);
  const { refused } = measureTls(options.config, options.registry);
  if (options.clientCertificate === 'required') refuseNameless(server, options.log, refused);
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    options.log.debug('a TLS handshake failed', { code: error.code });
    refused('HANDSHAKE_FAILED');
  });
  answerBrokenRequests(server);
  endSlowReaders(server, limits.answerTimeoutMs);
  const endConnections = lastAnswers(server);
  const stopWatching = renewOnChange(server, options);
  const { HOLDFAST_HTTP_HOST: host, HOLDFAST_HTTP_PORT: wanted } = options.config;
  const port = await listen(server, host, wanted).catch((error: unknown) => {
    stopWatching();
    throw error;
  });
  let closing: Promise<void> | undefined;
  return {
    port,
    endConnections,
    close: () => {
      stopWatching();
      closing ??= drain(server, limits.drainMsMax);
      return closing;
    },
  };
}
