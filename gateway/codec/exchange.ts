import { fetch } from 'undici';
import { z } from 'zod';
import { problem } from '../../platform/http/problem';
import type { Config } from '../../platform/runtime/config';
import { renewedServerAgent } from '../../platform/security/renewal';
import type { CertificateFiles } from '../../platform/security/tls';
import type { LoginParts } from './session';

const timeoutMs = 3_000;
const answer = z.object({ access_token: z.string().max(16_000) });

/** Turns codes into tokens at the auth server's own endpoint, over TLS checked against our authority. */
export function openExchange(
  config: Pick<Config, 'HOLDFAST_ISSUER'> & CertificateFiles,
): Pick<LoginParts, 'exchange'> & { close(): Promise<void> } {
  const agent = renewedServerAgent(config);
  const url = `${config.HOLDFAST_ISSUER}/protocol/openid-connect/token`;
  return {
    async exchange(form) {
      const body = new URLSearchParams(form);
      const signal = AbortSignal.timeout(timeoutMs);
      const dispatcher = agent.current();
      const asked = { method: 'POST', body, dispatcher, redirect: 'error', signal } as const;
      const response = await fetch(url, asked).catch((cause: unknown) => {
        throw problem('AUTHORITY_UNAVAILABLE', { cause });
      });
      const text = await response.text();
      if (response.status >= 500) throw problem('AUTHORITY_UNAVAILABLE');
      // A code that was used, has run out, or belongs to another login.
      if (!response.ok) return undefined;
      return answer.parse(JSON.parse(text)).access_token;
    },
    close: () => agent.close(),
  };
}
