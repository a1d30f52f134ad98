import { isSpanContextValid, trace } from '@opentelemetry/api';
import pino from 'pino';
import type { Config } from './config';
import { logContext } from './log-context';

/**
 * Every field a log line may carry beside its message. What is not named here is dropped, so a secret cannot reach
 * the log by being a member of something that was logged whole.
 */
export const logFields = [
  ...['sagaId', 'saga', 'step', 'attempt', 'epoch', 'direction', 'state', 'outcome', 'command'],
  ...['traceId', 'spanId'],
  ...['actor', 'role', 'peer', 'service', 'instance', 'operation', 'requestId', 'idempotent'],
  ...['method', 'route', 'path', 'status', 'durationMs', 'host', 'port', 'url', 'reason', 'code'],
  ...[
    'topic',
    'partition',
    'offset',
    'slot',
    'eventId',
    'eventType',
    'aggregateId',
    'seq',
    'lease',
  ],
  ...[
    'queue',
    'namespace',
    'workflowId',
    'runId',
    'projection',
    'server',
    'version',
    'pid',
    'name',
  ],
  ...[
    'count',
    'ageMs',
    'delayMs',
    'limit',
    'signal',
    'file',
    'check',
    'fault',
    'serial',
    'notAfter',
    'purpose',
    'keyId',
    'webhook',
    'delivery',
  ],
] as const;

type LogField = (typeof logFields)[number] | 'error';

/** What a line may say: allow-listed scalars, and `error`, of which code, name, message and stack are kept. */
export type LogData = Partial<Record<LogField, unknown>>;

/**
 * A structured log. Lines are JSON objects on standard output. `traceId` and `spanId` come from the active span, and
 * what is at work may add fields of its own (`log-context.ts`).
 */
export interface Log {
  debug(message: string, data?: LogData): void;
  info(message: string, data?: LogData): void;
  warn(message: string, data?: LogData): void;
  error(message: string, data?: LogData): void;
  /** A log whose every line carries these fields too. */
  child(data: LogData): Log;
}

const allowed = new Set<string>(logFields);
const textLengthMax = 2_000;

/** Patterns of secrets that end up in texts: bearer tokens, JWTs, user:password in URLs, private keys. */
const secrets: readonly [RegExp, string][] = [
  [/\b(bearer|basic|dpop)\s+[\w.~+/=-]{8,}/gi, '$1 [removed]'],
  [/\beyJ[\w-]{8,}\.[\w-]*\.?[\w-]*/g, '[removed]'],
  [/\bwhsec_[\w+/=-]{8,}/g, '[removed]'],
  [/(\w+:\/\/)[^\s/@:]*:[^\s/@]*@/g, '$1[removed]@'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[removed]'],
  [
    /([\w-]*(?:password|passwd|secret|token|api[_-]?key))(["']?\s*[=:]\s*)["']?[^\s"',&}]+/gi,
    '$1$2[removed]',
  ],
];

/** Removes what looks like a secret from a text and cuts it to 2,000 characters. */
export function scrub(text: string): string {
  const clean = secrets.reduce((rest, [pattern, mark]) => rest.replace(pattern, mark), text);
  return clean.length > textLengthMax ? `${clean.slice(0, textLengthMax)}…` : clean;
}

function plainError(error: unknown): Record<string, string> {
  if (typeof error !== 'object' || error === null) return { message: scrub(String(error)) };
  const { name, message, code, stack } = error as Record<string, unknown>;
  const members = { name, message, code, stack };
  return Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
      .map(([key, value]) => [key, scrub(String(value))]),
  );
}

function keep(data: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(data)) {
    if (key === 'error') kept.error = plainError(value);
    else if (!allowed.has(key) || value === undefined) continue;
    else if (typeof value === 'string') kept[key] = scrub(value);
    else if (['number', 'boolean', 'bigint'].includes(typeof value)) kept[key] = value;
  }
  return kept;
}

function activeTrace(): { traceId?: string; spanId?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { traceId: span.traceId, spanId: span.spanId } : {};
}

/** The nearer to the line, the more it counts: the trace and what is at work, the log, the line itself. */
function wrap(logger: pino.Logger, own: LogData = {}): Log {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, data: LogData = {}): void => {
      if (logger.isLevelEnabled(level)) {
        const all = { ...logContext(), ...activeTrace(), ...own, ...data };
        logger[level](keep(all), scrub(message));
      }
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (data) => wrap(logger, { ...own, ...data }),
  };
}

/**
 * Opens the log of a process. `destination` is standard output unless a test wants to read the lines.
 * A line never holds anything but `level`, `time`, `process`, `msg` and the fields of {@link logFields}.
 */
export function createLog(
  config: Pick<Config, 'HOLDFAST_NAME' | 'HOLDFAST_LOG_LEVEL'>,
  destination?: { write(line: string): void },
): Log {
  const options: pino.LoggerOptions = {
    level: config.HOLDFAST_LOG_LEVEL,
    base: { process: config.HOLDFAST_NAME },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  return wrap(destination === undefined ? pino(options) : pino(options, destination));
}

/** A log that says nothing, for pure tests. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
