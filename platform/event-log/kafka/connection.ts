import { connect } from 'node:tls';
import { Kafka, logLevel } from 'kafkajs';
import type { ISocketFactory, logCreator } from 'kafkajs';
import type { Log } from '../../runtime/log';
import { LogError } from '../ports';
import type { LogErrorCode } from '../ports';
import './wire/install';

/** How a process reaches the log. */
export interface LogConnection {
  readonly brokers: readonly string[];
  /** Name in the brokers' logs and quotas. */
  readonly clientId: string;
  /** Asked at every connect, so that a renewed certificate is used without a restart. */
  readonly credentials: () => { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
  /** Calls back when the credentials were renewed, so that open connections are replaced; returns how to stop. */
  readonly renewed?: (listener: () => void) => () => void;
  readonly log: Log;
}

/** Limits of every connection to the log, in milliseconds. */
export const connectionLimits = {
  connectTimeoutMs: 3_000,
  requestTimeoutMs: 10_000,
  retryMsMin: 50,
  retryMsMax: 1_000,
  keepAliveMs: 60_000,
  /** A client that was replaced stays this long for what was asked of it: longer than any request. */
  retireMs: 15_000,
} as const;

/** A client of its own; `retries` is how often it repeats by itself what a broker answered as passing. */
export function createKafka(connection: LogConnection, retries: number): Kafka {
  return new Kafka({
    clientId: connection.clientId,
    brokers: [...connection.brokers],
    ssl: true,
    socketFactory: socketFactory(connection),
    connectionTimeout: connectionLimits.connectTimeoutMs,
    requestTimeout: connectionLimits.requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: {
      retries,
      initialRetryTime: connectionLimits.retryMsMin,
      maxRetryTime: connectionLimits.retryMsMax,
    },
    logLevel: logLevel.WARN,
    logCreator: quietLog(connection.log),
  });
}

function socketFactory({ credentials }: LogConnection): ISocketFactory {
  return ({ host, port, onConnect }) => {
    const options = { host, port, servername: host, ...credentials() };
    const socket = connect(options, onConnect);
    socket.setKeepAlive(true, connectionLimits.keepAliveMs);
    return socket;
  };
}

/** The client library reports every passing trouble as an error; ours is reported where it is dealt with. */
function quietLog(log: Log): logCreator {
  return () => (entry) => {
    const { message, error } = entry.log as { message: string; error?: string };
    log.debug(`kafka ${entry.namespace}: ${message}`, { reason: error });
  };
}

/** Protocol errors that say: these very messages will never be taken. */
const refusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
  'INVALID_TIMESTAMP',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);
const missing = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);

/** Our error for whatever the client library threw, found by the protocol's own name of the trouble. */
export function logErrorOf(error: unknown): LogError {
  if (error instanceof LogError) return error;
  const type = protocolType(error);
  return new LogError(codeOf(type), `${type} ${messageOf(error)}`.trim(), { cause: error });
}

function codeOf(type: string): LogErrorCode {
  if (refusals.has(type)) return 'RECORD_REFUSED';
  if (missing.has(type)) return 'TOPIC_MISSING';
  return type.endsWith('AUTHORIZATION_FAILED') ? 'LOG_FORBIDDEN' : 'LOG_UNAVAILABLE';
}

function protocolType(error: unknown): string {
  for (let one = error, depth = 0; depth < 8; depth += 1) {
    if (typeof one !== 'object' || one === null) return '';
    const { type, cause, originalError } = one as Record<string, unknown>;
    if (typeof type === 'string') return type;
    one = cause ?? originalError;
  }
  return '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
