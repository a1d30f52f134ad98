import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';

/** One answer of the gateway: status, headers we look at, and the parsed body. */
export interface ApiAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly replayed: boolean;
  readonly cache: string | null;
  /** Seconds, as the header Retry-After says them. */
  readonly retryAfter: string | null;
  readonly body: Record<string, unknown>;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly token?: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Given up after so long, milliseconds; waits as long as it takes unless told. */
  readonly timeoutMs?: number;
}

/** A small client of the gateway and of Keycloak's token endpoint, trusting the stack's own authority only. */
export interface ApiClient {
  call(path: string, request?: ApiRequest): Promise<ApiAnswer>;
  /** Access token by the password grant; lives 5 minutes. */
  token(username: string): Promise<string>;
  /** Asks for new tokens from now on, however young the ones at hand are. */
  forgetTokens(): void;
  close(): Promise<void>;
}

export interface ApiClientOptions {
  readonly gatewayUrl: string;
  readonly issuer: string;
  readonly caFile: string;
  /** Of whoever asks for a token; without it, that of a development user. */
  readonly password?: string;
}

/** Where the gateway of a stack is, by the environment of its processes. */
export function gatewayOf(
  environmentFor: (name: string) => Readonly<Record<string, string>>,
): Pick<ApiClientOptions, 'gatewayUrl' | 'issuer' | 'caFile'> {
  const environment = environmentFor('gateway');
  return {
    gatewayUrl: `https://localhost:${environment.HOLDFAST_HTTP_PORT}`,
    issuer: environment.HOLDFAST_ISSUER ?? '',
    caFile: environment.HOLDFAST_CA_FILE ?? '',
  };
}

/** A token lives 5 minutes; it is used for 4. Asking for each call would look like guessing passwords. */
const tokenFreshMs = 240_000;

export function createApiClient(options: ApiClientOptions): ApiClient {
  const tokens = new Map<
    string,
    { readonly token: Promise<string>; readonly freshUntil: number }
  >();
  const agent = followingAgent(options.caFile);
  return {
    async call(path, request = {}) {
      const headers: Record<string, string> = { ...request.headers };
      if (request.token !== undefined) headers.authorization = `Bearer ${request.token}`;
      if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey;
      const text = typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
      if (request.body !== undefined) headers['content-type'] ??= 'application/json';
      const response = await fetch(new URL(path, options.gatewayUrl), {
        method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
        headers,
        dispatcher: agent.current(),
        ...(request.body === undefined ? {} : { body: text }),
        ...(request.timeoutMs === undefined
          ? {}
          : { signal: AbortSignal.timeout(request.timeoutMs) }),
      });
      return {
        status: response.status,
        location: response.headers.get('location'),
        replayed: response.headers.get('idempotent-replayed') === 'true',
        cache: response.headers.get('x-cache'),
        retryAfter: response.headers.get('retry-after'),
        body: parseBody(await response.text()),
      };
    },
    token(username) {
      const known = tokens.get(username);
      if (known !== undefined && performance.now() < known.freshUntil) return known.token;
      const password = options.password ?? `${username}-dev`;
      const dispatcher = agent.current();
      const token = askToken({ ...options, dispatcher, username, password });
      tokens.set(username, { token, freshUntil: performance.now() + tokenFreshMs });
      token.catch(() => tokens.delete(username));
      return token;
    },
    forgetTokens: () => tokens.clear(),
    close: () => agent.close(),
  };
}

/** Believes the authorities that are in the file today: they change while a long run goes on. */
function followingAgent(caFile: string) {
  let believed = '';
  let agent = new Agent();
  return {
    current(): Agent {
      const found = readFileSync(caFile, 'utf8');
      if (found === believed) return agent;
      // What it was asked is answered first.
      void agent.close();
      agent = new Agent({ connect: { ca: found } });
      believed = found;
      return agent;
    },
    close: () => agent.close(),
  };
}

/** Keycloak takes two log-ins of one user at the same moment for guessing, and refuses both; so a few tries. */
const tokenTriesMax = 5;

interface Login {
  readonly issuer: string;
  readonly dispatcher: Agent;
  readonly username: string;
  readonly password: string;
}

async function askToken({ issuer, dispatcher, username, password }: Login): Promise<string> {
  let refusal: unknown;
  for (let tries = 1; tries <= tokenTriesMax; tries += 1) {
    const response = await fetch(`${issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      dispatcher,
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: 'holdfast-cli',
        username,
        password,
      }),
    });
    const body = parseBody(await response.text());
    if (typeof body.access_token === 'string') return body.access_token;
    refusal = body;
    await new Promise((resume) => setTimeout(resume, tries * 300 * (0.5 + Math.random())));
  }
  throw new Error(`Keycloak gave no token for ${username}: ${JSON.stringify(refusal)}`);
}

function parseBody(text: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

/** Polls until `probe` answers something, or throws with `what` after `timeoutMs`. */
export async function until<Found>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<Found | undefined>,
): Promise<Found> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

/** Reads the subject out of a token we just got from Keycloak ourselves; nothing trusts this. */
export function subjectOf(token: string): string {
  const payload = token.split('.')[1] ?? '';
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string };
  return claims.sub;
}
