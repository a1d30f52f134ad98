import type { Request, RequestHandler } from 'express';
import { problem } from '../../platform/http/problem';
import { hasRole } from '../../platform/security/operations';
import type { Answer } from '../../platform/security/operations';
import { redirect } from '../login/cookies';
import { loginFlow } from '../login/flow';
import type { FlowParts, GivenBack } from '../login/flow';

/** Names of our cookies, which no other host may set. */
export const codecCookies = {
  login: '__Host-holdfast-login',
  session: '__Host-holdfast-codec',
} as const;

const sessionPlace = ['codec', 'session'];

export interface LoginParts extends FlowParts {
  /** Where people go after their login. */
  readonly webUi: string;
}

/** A login of an operator for the Web UI: the access token stays with the gateway, the browser has a sealed cookie. */
export interface Logins {
  begin(request: Request): Answer;
  end(request: Request, given: GivenBack): Promise<Answer>;
  /** The access token behind a request's cookie; undefined without one that can be opened. */
  tokenOf(request: Request): string | undefined;
}

export function createLogins(parts: LoginParts): Logins {
  const { cookies, webUi } = parts;
  const flow = loginFlow(parts, {
    cookie: codecCookies.login,
    place: ['codec', 'login'],
    callback: '/codec/callback',
  });
  return {
    begin: (request) => flow.begin(request),
    async end(request, back) {
      const { given, principal } = await flow.end(request, back);
      if (!hasRole(principal, ['operator'])) throw problem('ROLE_MISSING');
      const seconds = Math.max(1, Math.floor(principal.expiresAt - Date.now() / 1_000));
      const value = cookies.seal({ token: given.accessToken }, sessionPlace);
      return redirect(webUi, [{ name: codecCookies.session, value, seconds, sameSite: 'None' }]);
    },
    tokenOf: (request) => cookies.open(request, codecCookies.session, sessionPlace)?.token,
  };
}

/**
 * Lets a page of the Web UI ask with the cookie of its person. What comes from no page, or has a token of its own, is
 * taken as it is: a cookie alone, sent by a link or a form, counts for nothing.
 */
export function withSession(logins: Pick<Logins, 'tokenOf'>): RequestHandler {
  return (request, _response, next) => {
    const isAsked = request.method === 'POST' && request.get('origin') !== undefined;
    if (isAsked && request.get('authorization') === undefined) {
      const token = logins.tokenOf(request);
      if (token !== undefined) request.headers.authorization = `Bearer ${token}`;
    }
    next();
  };
}
