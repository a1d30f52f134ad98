import type { Session } from './answers';

/** Says to the gateway that a request comes from its own page: no form and no link of another site can set it. */
export const ownHeaders = { 'x-holdfast-console': '1' } as const;

/** Before the end of a session it is renewed, milliseconds. */
export const renewAheadMs = 30_000;

export type Send = (request: Request) => Promise<Response>;

/** The session of whoever sits before the page. The cookies that carry it are not to be seen from here. */
export interface SessionKeeper {
  /** Sends a request as part of the session; renews it once where it is over. */
  readonly send: Send;
  /** Undefined where nobody is logged in. */
  readonly read: () => Promise<Session | undefined>;
  /** Undefined where it cannot be renewed. */
  readonly renew: () => Promise<Session | undefined>;
  readonly logout: () => Promise<void>;
}

function goToLogin(): void {
  const here = `${location.pathname}${location.search}`;
  location.assign(`/console/login?to=${encodeURIComponent(here)}`);
}

async function sessionIn(response: Response): Promise<Session | undefined> {
  return response.ok ? ((await response.json()) as Session) : undefined;
}

/** Keeps a session. Several requests that meet its end at the same time renew it once together. */
export function createSessionKeeper(fetch: Send): SessionKeeper {
  let renewing: Promise<Session | undefined> | undefined;
  const own = (request: Request): Promise<Response> => {
    for (const [name, value] of Object.entries(ownHeaders)) request.headers.set(name, value);
    return fetch(request);
  };
  const post = (path: string) => own(new Request(path, { method: 'POST' }));
  const renew = (): Promise<Session | undefined> => {
    renewing ??= post('/console/renew')
      .then(sessionIn)
      .finally(() => (renewing = undefined));
    return renewing;
  };
  const send: Send = async (request) => {
    const again = request.clone();
    const first = await own(request);
    if (first.status !== 401) return first;
    if ((await renew()) !== undefined) return own(again);
    goToLogin();
    return first;
  };
  return {
    send,
    renew,
    read: () => send(new Request('/console/session')).then(sessionIn),
    logout: async () => {
      await post('/console/logout');
      location.assign('/console/');
    },
  };
}
