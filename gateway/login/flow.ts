import { createHash, randomBytes } from 'node:crypto';
import type { Request } from 'express';
import type { Answer } from '../../platform/security/operations';
import { TokenRefused, problemOfRefusal } from '../../platform/security/tokens';
import type { Principal, TokenVerifier } from '../../platform/security/tokens';
import { gatewayProblem } from '../problems';
import type { AuthServer, GivenTokens } from './auth-server';
import { redirect } from './cookies';
import type { SealedCookies } from './sealed-cookies';

/** The auth server's client of people in browsers: public, with a code and PKCE. */
export const browserClient = 'holdfast-console';

/** How long a login may take, seconds. */
export const loginSeconds = 300;

export interface FlowParts {
  readonly issuer: string;
  readonly cookies: SealedCookies;
  readonly tokens: Pick<TokenVerifier, 'verify'>;
  readonly authServer: Pick<AuthServer, 'exchange'>;
}

/** Where a flow is at home: two of them share neither cookie nor way back. */
export interface FlowPlace {
  /** Of the cookie that its beginning leaves. */
  readonly cookie: string;
  readonly place: readonly string[];
  /** Path the auth server sends people back to. */
  readonly callback: string;
}

/** What the auth server sends people back with. */
export interface GivenBack {
  readonly code: string;
  readonly state: string;
}

/** Somebody who has logged in. */
export interface LoggedIn {
  readonly given: GivenTokens;
  readonly principal: Principal;
  /** What the beginning wanted to be remembered. */
  readonly kept: string;
}

/** A login at the auth server by authorization code and PKCE (RFC 7636), which begins and ends in one browser. */
export interface LoginFlow {
  begin(request: Request, kept?: string): Answer;
  /** Throws the problems LOGIN_REFUSED, AUTHORITY_UNAVAILABLE, and those of a token that is refused. */
  end(request: Request, given: GivenBack): Promise<LoggedIn>;
}

/** Opens a flow; any gateway may end what another one began. */
export function loginFlow(
  parts: FlowParts,
  { cookie: name, place, callback }: FlowPlace,
): LoginFlow {
  const { issuer, cookies, tokens, authServer } = parts;
  // The auth server knows which addresses it may send people back to: a host that is made up gets no code.
  const wayBack = (request: Request) => `https://${request.get('host') ?? ''}${callback}`;
  return {
    begin(request, kept = '') {
      const [state, verifier] = [randomText(), randomText()];
      const until = String(Date.now() + loginSeconds * 1_000);
      const asked = new URLSearchParams({
        ...{ client_id: browserClient, response_type: 'code', scope: 'openid', state },
        redirect_uri: wayBack(request),
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      const value = cookies.seal({ state, verifier, until, kept }, place);
      const to = `${issuer}/protocol/openid-connect/auth?${asked.toString()}`;
      return redirect(to, [{ name, value, seconds: loginSeconds, sameSite: 'Lax' }]);
    },
    async end(request, { code, state }) {
      const begun = cookies.open(request, name, place);
      const isOurs = begun?.state === state && Number(begun.until) > Date.now();
      if (!isOurs) throw gatewayProblem('LOGIN_REFUSED');
      const given = await authServer.exchange({
        ...{ grant_type: 'authorization_code', client_id: browserClient, code },
        ...{ redirect_uri: wayBack(request), code_verifier: begun.verifier ?? '' },
      });
      if (given === undefined) throw gatewayProblem('LOGIN_REFUSED');
      const principal = await verified(tokens, given);
      return { given, principal, kept: begun.kept ?? '' };
    },
  };
}

/** Whose tokens they are; throws the problem of one that is refused. */
export async function verified(
  tokens: Pick<TokenVerifier, 'verify'>,
  { accessToken }: GivenTokens,
): Promise<Principal> {
  return tokens.verify(accessToken).catch((error: unknown) => {
    throw error instanceof TokenRefused ? problemOfRefusal(error) : error;
  });
}

const randomText = () => randomBytes(32).toString('base64url');
