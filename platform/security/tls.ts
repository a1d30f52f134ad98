import { readFileSync, unwatchFile, watchFile } from 'node:fs';
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

/** Reads the certificate, key and authority of this process from the files of its configuration. */
export function readCredentials(config: CertificateFiles): Credentials {
  return {
    ca: readFileSync(config.HOLDFAST_CA_FILE),
    cert: readFileSync(config.HOLDFAST_CERT_FILE),
    key: readFileSync(config.HOLDFAST_KEY_FILE),
  };
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
 * identity. An agent keeps the certificate it was made with; after a rotation make a new one and close the old.
 */
export function createPeerAgent(config: CertificateFiles, expectedService: string): Agent {
  return agent(peerTlsOptions(config, expectedService));
}

/** HTTP agent for servers known by host name alone, such as the auth server: our authority, the usual name check. */
export function createServerAgent(config: Pick<Config, 'HOLDFAST_CA_FILE'>): Agent {
  return agent({ ca: readFileSync(config.HOLDFAST_CA_FILE), minVersion: tlsVersionMin });
}

const watchIntervalMs = 5_000;

/** Calls back after the certificate or its key changed on disk (looked at every 5 s). Returns how to stop. */
export function watchCredentials(config: CertificateFiles, changed: () => void): () => void {
  const files = [config.HOLDFAST_CERT_FILE, config.HOLDFAST_KEY_FILE, config.HOLDFAST_CA_FILE];
  for (const file of files) {
    watchFile(file, { interval: watchIntervalMs, persistent: false }, changed);
  }
  return () => files.forEach((file) => unwatchFile(file, changed));
}
