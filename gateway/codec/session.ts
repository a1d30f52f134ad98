import { createHash, randomBytes } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { problem } from '../../platform/http/problem';
import type { Json } from '../../platform/kernel/json';
import { isFault } from '../../platform/kernel/faults';
import type { Vault } from '../../platform/security/keys/vault';
import { hasRole } from '../../platform/security/operations';
import type { Answer } from '../../platform/security/operations';
import { TokenRefused, problemOfRefusal } from '../../platform/security/tokens';
import type { TokenVerifier } from '../../platform/security/tokens';
import { gatewayProblem } from '../problems';

/** Names of our cookies, which no other host may set, and how long a login may take; seconds. */
export const codecCookies = {
  login: '__Host-holdfast-login',
  session: '__Host-holdfast-codec',
  loginSeconds: 300,
} as const;

/** The auth server's client of people in browsers: public, with a code and PKCE. */
const clientId = 'holdfast-console';
const loginPlace = ['codec', 'login'];
const sessionPlace = ['codec', 'session'];

export interface LoginParts {
  readonly issuer: string;
  /** Seals cookies: any gateway can open what another one sealed, and nobody else can. */
  readonly vault: Vault;
  readonly tokens: TokenVerifier;
  /** Where people go after their login. */
  readonly webUi: string;
  /** Asks the auth server for the tokens of a code; undefined where it refuses. */
  readonly exchange: (form: Readonly<Record<string, string>>) => Promise<string | undefined>;
}

/** A login of an operator for the Web UI: the access token stays with the gateway, the browser has a sealed cookie. */
export interface Logins {
  begin(request: Request): Answer;
  end(request: Request, given: { readonly code: string; readonly state: string }): Promise<Answer>;
  /** The access token behind a request's cookie; undefined without one that can be opened. */
  tokenOf(request: Request): string | undefined;
}

export function createLogins(parts: LoginParts): Logins {
  const { issuer, vault, tokens, webUi, exchange } = parts;
  const seal = (value: Json, place: readonly string[]) => {
    try {
      return vault.seal(value, place);
    } catch (error) {
      throw isFault(error) ? gatewayProblem('KEYS_UNAVAILABLE') : error;
    }
  };
  const opened = (request: Request, name: string, place: readonly string[]) => {
    const sealed = cookieOf(request, name);
    if (sealed === undefined) return undefined;
    try {
      return vault.open(sealed, place) as Record<string, string>;
    } catch (error) {
      if (isFault(error)) return undefined;
      throw error;
    }
  };
  return {
    begin(request) {
      const [state, verifier] = [randomText(), randomText()];
      const until = String(Date.now() + codecCookies.loginSeconds * 1_000);
      const asked = new URLSearchParams({
        ...{ client_id: clientId, response_type: 'code', scope: 'openid', state },
        redirect_uri: callbackOf(request),
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      const kept = seal({ state, verifier, until }, loginPlace);
      return redirect(`${issuer}/protocol/openid-connect/auth?${asked.toString()}`, {
        ...{ name: codecCookies.login, value: kept, seconds: codecCookies.loginSeconds },
        sameSite: 'Lax',
      });
    },
    async end(request, { code, state }) {
      const kept = opened(request, codecCookies.login, loginPlace);
      const isOurs = kept?.state === state && Number(kept.until) > Date.now();
      if (!isOurs) throw gatewayProblem('LOGIN_REFUSED');
      const token = await exchange({
        ...{ grant_type: 'authorization_code', client_id: clientId, code },
        ...{ redirect_uri: callbackOf(request), code_verifier: kept.verifier ?? '' },
      });
      if (token === undefined) throw gatewayProblem('LOGIN_REFUSED');
      const principal = await tokens.verify(token).catch((error: unknown) => {
        throw error instanceof TokenRefused ? problemOfRefusal(error) : error;
      });
      if (!hasRole(principal, ['operator'])) throw problem('ROLE_MISSING');
      const seconds = Math.max(1, Math.floor(principal.expiresAt - Date.now() / 1_000));
      const value = seal({ token }, sessionPlace);
      return redirect(webUi, { name: codecCookies.session, value, seconds, sameSite: 'None' });
    },
    tokenOf: (request) => opened(request, codecCookies.session, sessionPlace)?.token,
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

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly seconds: number;
  readonly sameSite: 'Lax' | 'None';
}

function redirect(location: string, { name, value, seconds, sameSite }: Cookie): Answer {
  const cookie = `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=${sameSite}; Max-Age=${seconds}`;
  return { status: 302, headers: { location, 'set-cookie': cookie } };
}

/** The auth server knows which addresses it may send people back to: a host that is made up gets no code. */
function callbackOf(request: Request): string {
  return `https://${request.get('host') ?? ''}/codec/callback`;
}

function cookieOf(request: Request, name: string): string | undefined {
  const parts = (request.get('cookie') ?? '').split(';').map((part) => part.trim());
  return parts.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
}

const randomText = () => randomBytes(32).toString('base64url');
