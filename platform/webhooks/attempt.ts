import { request } from 'node:https';
import type { ClientRequest } from 'node:http';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { webhookLimits } from './limits';
import { retryAfterMsOf } from './pace';
import { TargetRefused, addressesOf, demandUrl, hostOf } from './target';
import type { TargetRefusal, TargetRules } from './target';

/** Why there was no answer. */
export const attemptErrors = [
  ...(['URL_REFUSED', 'ADDRESS_REFUSED', 'NAME_UNKNOWN'] as const satisfies TargetRefusal[]),
  ...(['TIMED_OUT', 'TLS_FAILED', 'CONNECTION_FAILED'] as const),
] as const;

export type AttemptError = (typeof attemptErrors)[number];

/** What came of one attempt. */
export type Attempted =
  | { readonly status: number; readonly retryAfterMs?: number | undefined }
  | { readonly error: AttemptError };

/** One message, on its way to one URL. */
export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an attempt is made with. */
export interface AttemptOptions {
  readonly rules: TargetRules;
  /** Authorities a receiver's certificate may come from. */
  readonly trust: SecureContext;
  /** Ends the attempt at once. */
  readonly signal?: AbortSignal;
  readonly timesMs?: { readonly connectMs: number; readonly attemptMs: number };
}

/**
 * Sends a message once, over a connection of its own to an address that was looked at. No redirect is followed; of the
 * answer only its head is read. Never throws.
 */
export async function attempt(outgoing: Outgoing, options: AttemptOptions): Promise<Attempted> {
  const { rules } = options;
  try {
    const url = demandUrl(outgoing.url, rules);
    const addresses = await addressesOf(url, rules);
    return await send(url, addresses, { ...options, ...outgoing });
  } catch (error) {
    return { error: codeOf(error) };
  }
}

function codeOf(error: unknown): AttemptError {
  if (error instanceof TargetRefused) return error.code;
  const { code = '' } = error as { readonly code?: string };
  if (code === 'TIMED_OUT') return code;
  return /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code) ? 'TLS_FAILED' : 'CONNECTION_FAILED';
}

const timedOut = () => Object.assign(new Error('no answer in time'), { code: 'TIMED_OUT' });

/** Answers with what was looked at, whatever name is asked for. */
function fixedLookup(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, { all: wantsAll }, answer) => {
    const [first] = all;
    if (wantsAll === true) answer(null, all);
    else answer(null, first?.address ?? '', first?.family);
  };
}

/** Ends a request that is not connected, or not answered, in time. Answers how to forget about it. */
function limit(sent: ClientRequest, options: AttemptOptions): () => void {
  const { connectMs, attemptMs } = options.timesMs ?? webhookLimits;
  const end = () => void sent.destroy(timedOut());
  const timers = [setTimeout(end, connectMs), setTimeout(end, attemptMs)];
  sent.once('socket', (socket) => socket.once('secureConnect', () => clearTimeout(timers[0])));
  return () => timers.forEach(clearTimeout);
}

function send(
  url: URL,
  addresses: readonly string[],
  options: AttemptOptions & Outgoing,
): Promise<Attempted> {
  const { headers, body, trust, signal } = options;
  const host = hostOf(url);
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ method: 'POST', host, port: url.port === '' ? 443 : url.port },
      path: `${url.pathname}${url.search}`,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Holdfast-Webhooks/1',
      },
      // One connection, to one of these addresses; the certificate is checked for the name.
      ...{ agent: false, lookup: fixedLookup(addresses), secureContext: trust },
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...{ rejectUnauthorized: true, maxHeaderSize: webhookLimits.answerHeadBytesMax },
      ...(signal === undefined ? {} : { signal }),
    });
    const forget = limit(sent, options);
    sent.once('socket', (socket) => demandAddress(socket as TLSSocket, options.rules));
    sent.once('response', (answer) => {
      const status = answer.statusCode ?? 0;
      const retryAfterMs = retryAfterMsOf(answer.headers['retry-after'], Date.now());
      answer.destroy();
      resolve({ status, retryAfterMs });
    });
    sent.once('close', forget);
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Looked at once more where it counts: to a wrong address nothing is said, not even TLS. */
function demandAddress(socket: TLSSocket, { mayReach }: TargetRules): void {
  socket.once('connect', () => {
    if (mayReach(socket.remoteAddress ?? '')) return;
    socket.destroy(new Error('connected to another address'));
  });
}
