import createFetch from 'openapi-fetch';
import type { Client, Middleware } from 'openapi-fetch';
import type { paths } from './api';
import { follow } from './follow';
import type { SagaChange } from './follow';
import { sendAgain } from './retry';

export type { paths, components, operations } from './api';
export type { SagaChange } from './follow';

/** How a client reaches a gateway. */
export interface HoldfastOptions {
  /** Of the gateway, for example https://gateway.example. */
  readonly baseUrl: string;
  /** Asked for an access token before each request; it should keep it for as long as it is good. */
  readonly token: () => Promise<string>;
  /** Instead of the `fetch` of this process, for example with authorities or a proxy of its own. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** How long a request may take with all its repeats, milliseconds; 30,000 unless told. */
  readonly patienceMs?: number;
  /** Waits so many milliseconds; replaced in tests. */
  readonly pause?: (ms: number) => Promise<void>;
}

/** A gateway, with every path, body and answer typed as its description has them. */
export interface Holdfast extends Client<paths> {
  /**
   * Follows a saga to its end: the whole of it at each change. It comes again by itself where the stream is cut, and is
   * told nothing twice. Throws the problem where the gateway refuses; ends when the saga has, or the signal says so.
   */
  follow(sagaId: string, signal?: AbortSignal): AsyncGenerator<SagaChange, void, void>;
}

function signed(token: () => Promise<string>): Middleware {
  return {
    async onRequest({ request }) {
      request.headers.set('authorization', `Bearer ${await token()}`);
      return request;
    },
  };
}

/**
 * Opens a client of the gateway at `baseUrl`. Its `GET`, `POST` and so on answer `{ data }` or `{ error }`, the
 * problem; they throw where there was no answer at all. After a lost connection, a 429 or a 503 a read, or a write
 * under an `Idempotency-Key`, is sent again, when the gateway says so, for as long as the patience lasts.
 */
export function createHoldfast(options: HoldfastOptions): Holdfast {
  const { baseUrl, token, fetch = globalThis.fetch, patienceMs = 30_000 } = options;
  const pause = options.pause ?? ((ms) => new Promise((resume) => setTimeout(resume, ms)));
  const send = sendAgain(fetch, { patienceMs, pause });
  const client = createFetch<paths>({ baseUrl, fetch: send });
  client.use(signed(token));
  return Object.assign(client, {
    follow: (sagaId: string, signal?: AbortSignal) =>
      follow({ baseUrl, token, send, pause }, sagaId, signal),
  });
}
