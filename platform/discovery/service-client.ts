import type { Registry } from 'prom-client';
import { request } from 'undici';
import type { Agent } from 'undici';
import { problem } from '../http/problem';
import { requestTimeoutHeader, requestTimeoutOf } from '../http/request-timeout';
import { traceHeaders } from '../http/tracing';
import { deadlineAfter } from '../runtime/deadline';
import type { Log } from '../runtime/log';
import { inSpan } from '../runtime/spans';
import { renewedPeerAgent } from '../security/renewal';
import type { CertificateFiles } from '../security/tls';
import { createServiceBreaker } from './breaker';
import { callMetrics } from './metrics';
import type { Outcome } from './outlier';
import type { Picked, Resolver } from './resolver';

/** Limits of a call to a service, milliseconds. */
export const serviceCallLimits = {
  deadlineMs: 5_000,
  /** The least a first try gets that has a second one behind it. */
  tryMsMin: 250,
  /** How much longer a service may work on what its caller has given up by then: the 504 is the caller's to give. */
  graceMs: 100,
  answerBytesMax: 4 * 1024 * 1024,
} as const;

export interface ServiceRequest {
  readonly method: string;
  /** Path with query, already encoded. */
  readonly path: string;
  /** Access token of the person on whose behalf this happens; the service checks it itself. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Calls one service, whichever instance of it is well. */
export interface ServiceClient {
  /**
   * Rejects with the problem SERVICE_UNAVAILABLE when no instance answered within the deadline, and at once while the
   * service is not asked since most calls before were not answered.
   */
  call(request: ServiceRequest): Promise<ServiceAnswer>;
  /** True while it is not asked. */
  isRefused(): boolean;
  close(): Promise<void>;
}

/** A call whose time is over then, by the monotonic clock. */
type Timed = ServiceRequest & { readonly endsAtMs: number };

/** Failures that happened before anything was sent: safe to repeat, whatever the method. */
const neverSent = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
  'PEER_IDENTITY_WRONG',
]);

/** The connection ended while an answer was due: it may have been done, and may be repeated under the same key. */
const connectionLost = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** A second try may send it once more, whatever became of the first. */
function isIdempotent({ method }: Pick<ServiceRequest, 'method'>): boolean {
  return ['GET', 'HEAD'].includes(method);
}

/** Whether this failure of the first try allows a second one. */
function mayRepeat(asked: ServiceRequest, code: string): boolean {
  if (isIdempotent(asked) || neverSent.has(code)) return true;
  const hasKey = Object.keys(asked.headers ?? {}).some(
    (name) => name.toLowerCase() === 'idempotency-key',
  );
  return hasKey && connectionLost.has(code);
}

/** Another instance may well do better. */
const sickStatuses = new Set([502, 503, 504]);

function outcomeOf({ status }: ServiceAnswer): Outcome {
  return status >= 500 ? 'error' : 'ok';
}

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined || cause === error ? '' : codeOf(cause);
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > serviceCallLimits.answerBytesMax) throw new Error('the service answered too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value)] as const),
  );
}

function headersOf(asked: Timed): Record<string, string> {
  const leftMs = asked.endsAtMs - performance.now() + serviceCallLimits.graceMs;
  return {
    [requestTimeoutHeader]: requestTimeoutOf(leftMs),
    accept: 'application/json',
    ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...asked.headers,
    ...traceHeaders(),
    ...(asked.token === undefined ? {} : { authorization: `Bearer ${asked.token}` }),
  };
}

async function send(agent: Agent, picked: Picked, asked: Timed, signal: AbortSignal) {
  const { host, port } = picked.instance;
  const response = await request(new URL(asked.path, `https://${host}:${port}`), {
    dispatcher: agent,
    method: asked.method as 'GET',
    headers: headersOf(asked),
    body: asked.body === undefined ? null : JSON.stringify(asked.body),
    signal,
  });
  const body = await readText(response.body);
  return { status: response.statusCode, headers: flat(response.headers), body };
}

/** One try as a span: the service's own is below it. */
function traced(
  service: string,
  { method }: ServiceRequest,
  work: () => Promise<ServiceAnswer>,
): Promise<ServiceAnswer> {
  const attributes = { 'http.request.method': method, 'server.address': service };
  return inSpan(`${method} ${service}`, { kind: 'client', attributes }, async (span) => {
    const answer = await work();
    span.setAttribute('http.response.status_code', answer.status);
    return answer;
  });
}

export interface ServiceClientOptions {
  readonly config: CertificateFiles;
  readonly resolver: Pick<Resolver, 'pick'>;
  readonly service: string;
  /** Whose certificate its instances show; the service's own name where nothing is said. */
  readonly peer?: string;
  readonly log: Log;
  readonly registry: Registry;
}

/** Second tries that may be made at once, and how many a call earns: no storm where every instance is bad. */
const retryBudget = { max: 10, perCall: 0.2 } as const;

function createRetryBudget() {
  let left: number = retryBudget.max;
  const add = (count: number) => void (left = Math.min(retryBudget.max, left + count));
  return {
    earn: () => add(retryBudget.perCall),
    giveBack: () => add(1),
    spend: () => {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}

/**
 * How long a first try may take where a second one stands behind it: half, so that an instance that accepts and never
 * answers does not eat the whole deadline. Milliseconds.
 */
export function firstTryMs(leftMs: number): number {
  return Math.min(leftMs, Math.max(serviceCallLimits.tryMsMin, leftMs / 2));
}

/**
 * Opens a client of a service over mutual TLS. An instance that carries another identity gets no request. A GET is
 * tried once more after a failure, and where there is another instance when half of its time is over; anything else
 * when it was certainly never sent, or where the connection was lost and an `Idempotency-Key` makes the repeat
 * harmless. At most one call in five is tried again for long.
 */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const { config, resolver, service, peer = service, log } = options;
  const breaker = createServiceBreaker();
  const metrics = callMetrics(options.registry, service, () => breaker.isOpen());
  const agent = renewedPeerAgent(config, peer);
  const budget = createRetryBudget();

  async function pick(tried: Set<string>): Promise<Picked> {
    const picked = await resolver.pick(service, tried);
    if (picked === undefined) {
      throw Object.assign(new Error(`no instance of ${service} is known`), { code: 'NO_INSTANCE' });
    }
    tried.add(picked.instance.id);
    return picked;
  }

  async function attempt(asked: Timed, picked: Picked, signal: AbortSignal) {
    const sentAtMs = Date.now();
    try {
      const answer = await traced(service, asked, () =>
        send(agent.current(), picked, asked, signal),
      );
      picked.done(outcomeOf(answer));
      return answer;
    } catch (error) {
      picked.done(asked.signal?.aborted === true ? 'unknown' : 'fault');
      const code = codeOf(error);
      if (code === 'PEER_IDENTITY_WRONG') metrics.peerRefused();
      const data = { service, instance: picked.instance.id, sentAtMs, code, error };
      log.warn('a service did not answer', data);
      throw error;
    }
  }

  /** The answer of the first try, or why there should be a second one. */
  async function firstTry(asked: Timed, signal: AbortSignal, tried: Set<string>) {
    const picked = await pick(tried);
    // Cut short only where the rest of the time can be another instance's.
    const isShort = isIdempotent(asked) && picked.hasOthers && budget.spend();
    const tryMs = firstTryMs(asked.deadlineMs ?? serviceCallLimits.deadlineMs);
    const within = isShort ? deadlineAfter(tryMs, signal) : undefined;
    const result = await attempt(asked, picked, within?.signal ?? signal).then(
      (answer) => ({ answer, isBad: isIdempotent(asked) && sickStatuses.has(answer.status) }),
      (error: unknown) => ({ error, isBad: !signal.aborted && mayRepeat(asked, codeOf(error)) }),
    );
    within?.clear();
    const repeats = result.isBad && (isShort || budget.spend());
    if (isShort && !repeats) budget.giveBack();
    return { ...result, repeats };
  }

  async function callWithRetry(asked: Timed, signal: AbortSignal): Promise<ServiceAnswer> {
    const tried = new Set<string>();
    budget.earn();
    const first = await firstTry(asked, signal, tried);
    if (first.repeats) {
      metrics.counted('retried');
      return attempt(asked, await pick(tried), signal);
    }
    if ('error' in first) throw first.error;
    return first.answer;
  }

  /** Nobody waits for what most callers before have waited for in vain. */
  function demandClosed(): void {
    const refusedMs = breaker.refusedForMs(performance.now());
    if (refusedMs === 0) return;
    metrics.counted('refused');
    const detail = `the service ${service} has not answered for a while`;
    const retryAfterSeconds = Math.ceil(refusedMs / 1_000);
    throw problem('SERVICE_UNAVAILABLE', { detail, retryAfterSeconds });
  }

  return {
    async call(asked) {
      demandClosed();
      const deadlineMs = asked.deadlineMs ?? serviceCallLimits.deadlineMs;
      const late = deadlineAfter(deadlineMs, asked.signal);
      try {
        const endsAtMs = performance.now() + deadlineMs;
        const answer = await callWithRetry({ ...asked, endsAtMs }, late.signal);
        metrics.counted('ok');
        breaker.note('answered', performance.now());
        return answer;
      } catch (error) {
        metrics.counted('failed');
        const isGone = asked.signal?.aborted === true;
        breaker.note(isGone ? 'unknown' : 'unanswered', performance.now());
        const detail = `the service ${service} did not answer`;
        throw problem('SERVICE_UNAVAILABLE', { detail, retryAfterSeconds: 2, cause: error });
      } finally {
        late.clear();
      }
    },
    isRefused: () => breaker.isOpen(),
    close: () => agent.close(),
  };
}
