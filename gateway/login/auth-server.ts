import { fetch } from 'undici';
import { z } from 'zod';
import { problem } from '../../platform/http/problem';
import type { Config } from '../../platform/runtime/config';
import { renewedServerAgent } from '../../platform/security/renewal';
import type { CertificateFiles } from '../../platform/security/tls';

const timeoutMs = 3_000;
const token = z.string().max(16_000);
const answer = z.object({
  access_token: token,
  refresh_token: token.optional(),
  refresh_expires_in: z.number().optional(),
});

/** What the auth server gives for a code, or for a token that renews. */
export interface GivenTokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** How long it can be renewed with; 0 where nobody says. */
  readonly refreshSeconds: number;
}

/** What a form names, as the auth server's endpoints take it. */
export type AuthForm = Readonly<Record<string, string>>;

/** The auth server's endpoints for browsers' logins. */
export interface AuthServer {
  /** Tokens for a code or a refresh token; undefined where it refuses. Throws AUTHORITY_UNAVAILABLE. */
  exchange(form: AuthForm): Promise<GivenTokens | undefined>;
  /** Ends the session there that a refresh token belongs to. */
  endSession(form: AuthForm): Promise<void>;
}

/** Asks the auth server over TLS that is checked against our authority. */
export function openAuthServer(
  config: Pick<Config, 'HOLDFAST_ISSUER'> & CertificateFiles,
): AuthServer & { close(): Promise<void> } {
  const agent = renewedServerAgent(config);
  const post = async (endpoint: 'token' | 'logout', form: AuthForm) => {
    const url = `${config.HOLDFAST_ISSUER}/protocol/openid-connect/${endpoint}`;
    const body = new URLSearchParams(form);
    const signal = AbortSignal.timeout(timeoutMs);
    const dispatcher = agent.current();
    const asked = { method: 'POST', body, dispatcher, redirect: 'error', signal } as const;
    const response = await fetch(url, asked).catch((cause: unknown) => {
      throw problem('AUTHORITY_UNAVAILABLE', { cause });
    });
    const text = await response.text();
    if (response.status >= 500) throw problem('AUTHORITY_UNAVAILABLE');
    return { isGood: response.ok, text };
  };
  return {
    async exchange(form) {
      const { isGood, text } = await post('token', form);
      // A code that was used, has run out, or belongs to another login; a session that has ended.
      if (!isGood) return undefined;
      const given = answer.parse(JSON.parse(text));
      const { refresh_token: refreshToken, refresh_expires_in: refreshSeconds = 0 } = given;
      const renewing = refreshToken === undefined ? {} : { refreshToken };
      return { accessToken: given.access_token, ...renewing, refreshSeconds };
    },
    endSession: async (form) => void (await post('logout', form)),
    close: () => agent.close(),
  };
}
