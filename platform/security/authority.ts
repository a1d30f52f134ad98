import { fetch } from 'undici';
import { z } from 'zod';
import type { Config } from '../runtime/config';
import type { Log } from '../runtime/log';
import { createKeySource } from './jwks';
import type { KeySource, ReadKeys } from './jwks';
import { renewedServerAgent } from './renewal';
import type { CertificateFiles } from './tls';
import { createTokenVerifier } from './tokens';
import type { TokenVerifier } from './tokens';

const timeoutMs = 3_000;
const answerBytesMax = 256 * 1024;
const metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });

type GetJson = (url: string) => Promise<unknown>;

/**
 * Asks the auth server for its metadata and then for its keys. The metadata must name exactly our issuer, and the keys
 * must live at the same origin; redirects are not followed.
 */
export function keysOfIssuer(issuer: string, getJson: GetJson): ReadKeys {
  return async () => {
    const wellKnown = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const found = metadata.parse(await getJson(wellKnown));
    if (found.issuer !== issuer) throw new Error(`the auth server calls itself ${found.issuer}`);
    if (new URL(found.jwks_uri).origin !== new URL(issuer).origin) {
      throw new Error(`the keys are said to be at another origin: ${found.jwks_uri}`);
    }
    return getJson(found.jwks_uri);
  };
}

/** Reads the issuer's keys over TLS checked against our authority, each question bounded by 3 s and 256 kB. */
export function createAuthority(
  config: Pick<Config, 'HOLDFAST_ISSUER'> & CertificateFiles,
  log: Log,
): { read: ReadKeys; close(): Promise<void> } {
  const agent = renewedServerAgent(config);
  const getJson: GetJson = async (url) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { dispatcher: agent.current(), redirect: 'error', signal });
    const text = await response.text();
    if (!response.ok) throw new Error(`the auth server answered ${response.status}`);
    if (text.length > answerBytesMax) throw new Error('the auth server answered too much');
    return JSON.parse(text) as unknown;
  };
  const read = keysOfIssuer(config.HOLDFAST_ISSUER, getJson);
  return {
    read: () =>
      read().catch((error: unknown) => {
        log.warn('the keys of the auth server could not be read', { error });
        throw error;
      }),
    close: () => agent.close(),
  };
}

/** The token verifier of a process, with the connection it reads keys over. */
export interface OpenTokenVerifier extends TokenVerifier {
  /** What is known of the auth server's keys. */
  readonly keys: Pick<KeySource, 'ageMs' | 'asked'>;
  /** Reads the keys if they were never read; rejects while no token could be verified. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the token verifier of a process. Nothing is asked of the auth server before the first token arrives. `now`,
 * milliseconds, is the clock of the keys alone; tokens are held against the real one.
 */
export function openTokenVerifier(
  config: Pick<Config, 'HOLDFAST_ISSUER' | 'HOLDFAST_AUDIENCE'> & CertificateFiles,
  log: Log,
  now: () => number = Date.now,
): OpenTokenVerifier {
  const authority = createAuthority(config, log);
  const keys = createKeySource(authority.read, now);
  const verifier = createTokenVerifier({
    issuer: config.HOLDFAST_ISSUER,
    audience: config.HOLDFAST_AUDIENCE,
    keys,
  });
  return {
    ...verifier,
    keys,
    ready: () => keys.ready(),
    close: () => authority.close(),
  };
}
