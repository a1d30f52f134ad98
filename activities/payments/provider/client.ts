import { request } from 'undici';
import { Fault } from '../../../platform/kernel/faults';
import { traceHeaders } from '../../../platform/http/tracing';
import type { Errand, Outside, OutsideWord } from '../../../platform/participant/outside/port';
import type { Config } from '../../../platform/runtime/config';
import { inSpan } from '../../../platform/runtime/spans';
import { renewedPeerAgent } from '../../../platform/security/renewal';
import { providerCall } from './calls';

/** Identity in the provider's certificate. */
const peer = 'card-provider';
/** An answer to one call; whoever reads pages says more. */
const answerBytesMax = 64 * 1024;

/** The books of this world at the provider. */
export function merchantOf(config: Pick<Config, 'HOLDFAST_INSTANCE'>): string {
  return `payments${config.HOLDFAST_INSTANCE}`;
}

/** One request to the provider. */
export interface ProviderRequest {
  readonly body?: object;
  readonly timeoutMs: number;
  /** A longer answer counts as none. */
  readonly bytesMax?: number;
}

/** A connection to the provider under our certificate, renewed when the certificate is. */
export interface ProviderConnection {
  /** One request; rejects when there is no answer in time. The answer's body is JSON, or undefined. */
  send(
    path: string,
    how: ProviderRequest,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  close(): Promise<void>;
}

/** Opens nothing before the first request. */
export function connectProvider(config: Config): ProviderConnection {
  const agent = renewedPeerAgent(config, peer);
  return {
    async send(path, { body, timeoutMs, bytesMax = answerBytesMax }) {
      const method = body === undefined ? 'GET' : 'POST';
      const attributes = { 'http.request.method': method, 'server.address': peer };
      return inSpan(`${method} ${peer}`, { kind: 'client', attributes }, async (span) => {
        const answer = await request(new URL(path, config.HOLDFAST_CARD_PROVIDER_URL), {
          dispatcher: agent.current(),
          method,
          headers: { 'content-type': 'application/json', ...traceHeaders() },
          body: body === undefined ? null : JSON.stringify(body),
          signal: AbortSignal.timeout(Math.max(1, Math.floor(timeoutMs))),
        });
        const text = await answer.body.text();
        span.setAttribute('http.response.status_code', answer.statusCode);
        return { status: answer.statusCode, body: parsed(text, bytesMax) };
      });
    },
    close: () => agent.close(),
  };
}

function parsed(text: string, bytesMax: number): unknown {
  if (text.length > bytesMax) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * The card provider as the outside of payments. A definite answer is a word; everything else, from a refused
 * connection to "pending", is `OUTSIDE_UNAVAILABLE`: the same key is asked again. Neither calls nor answers are logged.
 */
export function openProvider(config: Config): Outside {
  const connection = connectProvider(config);
  const merchant = merchantOf(config);
  return {
    async ask(errand, { timeoutMs }) {
      const { path, body } = requestOf(errand);
      const sent = connection.send(`/merchants/${merchant}/${path}`, { body, timeoutMs });
      const { status, body: answer } = await sent.catch((cause: unknown) => {
        const { code = '', name } = cause as { code?: string; name?: string };
        throw unavailable(`no answer (${code || name})`, cause);
      });
      return wordOf(errand, status, answer as Answer | undefined);
    },
    close: () => connection.close(),
  };
}

interface Answer {
  readonly status?: string;
  readonly id?: string;
  readonly code?: string;
  readonly detail?: string;
}

function requestOf({ verb, key, call }: Errand): { readonly path: string; readonly body: object } {
  const { operation, ...rest } = providerCall.parse(call);
  if (verb === 'call') return { path: operation, body: { ...rest, key } };
  const ifHappened = verb === 'cancel' ? 'reverse' : 'keep';
  return { path: 'close', body: { key, reference: rest.reference, ifHappened } };
}

/** Reads the body's own words, never the status alone: a proxy on the way has statuses too. */
function wordOf({ verb }: Errand, status: number, answer: Answer | undefined): OutsideWord {
  const { id = '', code = '', detail = '' } = answer ?? {};
  switch (answer?.status) {
    case 'succeeded':
      return { word: 'happened', answer: { id } };
    case 'irreversible':
      return { word: 'irreversible', answer: { id } };
    case 'declined':
      return { word: 'refused', code, detail };
    case 'reversed':
      return { word: 'reversed' };
    case 'closed':
      return { word: verb === 'call' ? 'closed' : 'never' };
  }
  // Our key, our body: asking again would only be refused again.
  if (status === 422 || status === 400) {
    throw new Fault('INVARIANT_BROKEN', `the card provider does not take the request: ${status}`);
  }
  throw unavailable(`the answer is ${status}`);
}

function unavailable(why: string, cause?: unknown): Fault {
  return new Fault('OUTSIDE_UNAVAILABLE', `the card provider: ${why}`, { cause });
}
