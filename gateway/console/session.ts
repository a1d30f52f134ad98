import type { Request, RequestHandler } from 'express';
import type { Answer } from '../../platform/security/operations';
import type { Principal } from '../../platform/security/tokens';
import type { AuthServer, GivenTokens } from '../login/auth-server';
import { redirect, setCookie } from '../login/cookies';
import type { Cookie } from '../login/cookies';
import { browserClient, loginFlow, verified } from '../login/flow';
import type { FlowParts, GivenBack } from '../login/flow';
import { gatewayProblem } from '../problems';

/** Names of the console's cookies: of a login under way, of the access token, and of what renews it. */
export const consoleCookies = {
  login: '__Host-holdfast-console-login',
  session: '__Host-holdfast-console',
  renewal: '__Host-holdfast-console-renewal',
} as const;

/** The header by which a page says that it is ours: no link, form or image of another site can send it. */
export const consoleHeader = 'x-holdfast-console';

const places = {
  session: ['console', 'session'],
  renewal: ['console', 'renewal'],
} as const;

export interface ConsoleSessionParts extends FlowParts {
  readonly authServer: AuthServer;
}

/** Sessions of people in the console: their tokens stay with the gateways, the browser has sealed cookies. */
export interface ConsoleSessions {
  /** `to` is the page that was asked for; anything that is none of the console's is its first page. */
  begin(request: Request, to: string | undefined): Answer;
  end(request: Request, given: GivenBack): Promise<Answer>;
  /** New tokens for those of a session that is about to end. Throws LOGIN_REFUSED. */
  renew(
    request: Request,
  ): Promise<{ readonly principal: Principal; readonly headers: Answer['headers'] }>;
  /** Takes the cookies away, and ends the session at the auth server; one that is away ends it by time. */
  leave(request: Request): Promise<Answer>;
  /** The access token behind a request of a page of ours; undefined for every other request. */
  tokenOf(request: Request): string | undefined;
}

export function createConsoleSessions(parts: ConsoleSessionParts): ConsoleSessions {
  const { cookies, tokens, authServer } = parts;
  const flow = loginFlow(parts, {
    cookie: consoleCookies.login,
    place: ['console', 'login'],
    callback: '/console/callback',
  });
  const renewalOf = (request: Request) =>
    cookies.open(request, consoleCookies.renewal, places.renewal)?.token;

  function cookiesFor(given: GivenTokens, { expiresAt }: Principal): readonly Cookie[] {
    const { accessToken, refreshToken, refreshSeconds } = given;
    const seconds = Math.max(1, Math.floor(expiresAt - Date.now() / 1_000));
    const session = cookies.seal({ token: accessToken }, places.session);
    const first = strict(consoleCookies.session, session, seconds);
    if (refreshToken === undefined || refreshSeconds <= 0) return [first];
    const renewal = cookies.seal({ token: refreshToken }, places.renewal);
    return [first, strict(consoleCookies.renewal, renewal, refreshSeconds)];
  }

  return {
    begin: (request, to) => flow.begin(request, pageOf(to)),
    async end(request, back) {
      const { given, principal, kept } = await flow.end(request, back);
      return redirect(pageOf(kept), [...cookiesFor(given, principal), gone(consoleCookies.login)]);
    },
    async renew(request) {
      const refreshToken = isFromPage(request) ? renewalOf(request) : undefined;
      if (refreshToken === undefined) throw gatewayProblem('LOGIN_REFUSED');
      const asked = { grant_type: 'refresh_token', client_id: browserClient };
      const given = await authServer.exchange({ ...asked, refresh_token: refreshToken });
      if (given === undefined) throw gatewayProblem('LOGIN_REFUSED');
      const principal = await verified(tokens, given);
      return {
        principal,
        headers: { 'set-cookie': cookiesFor(given, principal).map(setCookie) },
      };
    },
    async leave(request) {
      if (!isFromPage(request)) throw gatewayProblem('LOGIN_REFUSED');
      const refreshToken = renewalOf(request);
      if (refreshToken !== undefined) {
        const form = { client_id: browserClient, refresh_token: refreshToken };
        await authServer.endSession(form).catch(() => undefined);
      }
      const left = [consoleCookies.session, consoleCookies.renewal].map(gone);
      return { status: 204, headers: { 'set-cookie': left.map(setCookie) } };
    },
    tokenOf: (request) =>
      isFromPage(request)
        ? cookies.open(request, consoleCookies.session, places.session)?.token
        : undefined,
  };
}

const strict = (name: string, value: string, seconds: number): Cookie => ({
  ...{ name, value, seconds },
  sameSite: 'Strict',
});
const gone = (name: string): Cookie => strict(name, '', 0);

/** Paths of the console's pages, with their queries. */
const pages = /^\/console(?:[/?][\w\-.~/?=&%:+,*@!$'()]{0,2000})?$/;

/** Whatever is not a page of the console would send people elsewhere after their login. */
function pageOf(to = ''): string {
  return pages.test(to) ? to : '/console';
}

/**
 * Whether a page of this very origin asks, by what browsers let no other page write: our header needs a leave that we
 * give to nobody (CORS), and where a browser says from which site or origin a request comes, it must be this one.
 */
function isFromPage(request: Request): boolean {
  if (request.get(consoleHeader) === undefined) return false;
  const site = request.get('sec-fetch-site');
  const origin = request.get('origin');
  const own = `https://${request.get('host') ?? ''}`;
  return (site === undefined || site === 'same-origin') && (origin === undefined || origin === own);
}

/** Lets the console's pages ask with the cookie of their person; a request with a token of its own is left as it is. */
export function withConsoleSession(sessions: Pick<ConsoleSessions, 'tokenOf'>): RequestHandler {
  return (request, _response, next) => {
    if (request.get('authorization') === undefined) {
      const token = sessions.tokenOf(request);
      if (token !== undefined) request.headers.authorization = `Bearer ${token}`;
    }
    next();
  };
}
