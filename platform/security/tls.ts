import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { Agent } from 'undici';
import type { Config } from '../runtime/config';
import { demandIdentity } from './peer';

/** Oldest TLS version anything of ours speaks. */
export const tlsVersionMin = 'TLSv1.2';

export type CertificateFiles = Pick<
  Config,
  'HOLDFAST_CA_FILE' | 'HOLDFAST_CERT_FILE' | 'HOLDFAST_KEY_FILE'
>;

/** What a process shows and whom it believes; PEM. */
export interface Credentials {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** What was read last and was whole, by the certificate's file. */
const lastWhole = new Map<string, Credentials>();

/**
 * Reads the certificate, key and authorities of this process from the files of its configuration. While somebody is
 * writing them, key and certificate may not belong together: then it is those of before, where there are any.
 */
export function readCredentials(config: CertificateFiles): Credentials {
  const { HOLDFAST_CA_FILE: ca, HOLDFAST_CERT_FILE: cert, HOLDFAST_KEY_FILE: key } = config;
  const before = lastWhole.get(cert);
  try {
    const found = { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
    const isKnown = before?.cert.equals(found.cert) === true && before.key.equals(found.key);
    if (!isKnown && !belongTogether(found)) {
      throw new Error(`${key} is not the key of ${cert}`);
    }
    lastWhole.set(cert, found);
    return found;
  } catch (error) {
    if (before !== undefined) return before;
    throw error;
  }
}

function belongTogether({ cert, key }: Credentials): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

/** Options of any TLS server of ours. */
export function serverTlsOptions(config: CertificateFiles): SecureContextOptions {
  return { ...readCredentials(config), minVersion: tlsVersionMin };
}

/** Options of any client connection of ours that must end at `service` and nowhere else. */
export function peerTlsOptions(config: CertificateFiles, service: string) {
  return {
    ...readCredentials(config),
    minVersion: tlsVersionMin,
    checkServerIdentity: demandIdentity(service),
  } as const;
}

/** Limits of our HTTP clients; `headersTimeoutMs` is only the outer bound, callers set a deadline of their own. */
export const agentLimits = {
  connectTimeoutMs: 2_000,
  headersTimeoutMs: 30_000,
  connectionsMax: 32,
} as const;

function agent(connect: object): Agent {
  return new Agent({
    connect: { timeout: agentLimits.connectTimeoutMs, ...connect },
    headersTimeout: agentLimits.headersTimeoutMs,
    bodyTimeout: agentLimits.headersTimeoutMs,
    connections: agentLimits.connectionsMax,
  });
}

/**
 * HTTP agent for one service: shows our certificate and accepts only a server whose certificate carries that service's
 * identity. It keeps the certificate it was made with; `renewedPeerAgent` follows renewals.
 */
export function createPeerAgent(config: CertificateFiles, expectedService: string): Agent {
  return agent(peerTlsOptions(config, expectedService));
}

/** HTTP agent for servers known by host name alone, such as the auth server: our authority, the usual name check. */
export function createServerAgent(config: Pick<Config, 'HOLDFAST_CA_FILE'>): Agent {
  return agent({ ca: readFileSync(config.HOLDFAST_CA_FILE), minVersion: tlsVersionMin });
}
