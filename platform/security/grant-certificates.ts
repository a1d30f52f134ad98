import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { identityOf } from './peer';

/** Signatures a grant may carry: asymmetric ones, each bound to one kind of key. */
export type GrantAlgorithm = 'ES256' | 'ES384' | 'ES512' | 'PS256' | 'EdDSA';

const curves: Readonly<Record<string, GrantAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/**
 * The one algorithm of a key; undefined for a key that may not sign grants. It follows from the key alone, so that a
 * header cannot talk a verifier into using a public key as a shared secret.
 */
export function algorithmOf(key: KeyObject): GrantAlgorithm | undefined {
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details = {} } = key;
  if (kind === 'ec') return curves[details.namedCurve ?? ''];
  if (kind === 'ed25519') return 'EdDSA';
  return kind === 'rsa' && (details.modulusLength ?? 0) >= 2_048 ? 'PS256' : undefined;
}

/** Certificates that were read before, by their DER in base64: a process signs many grants with one. */
const readBefore = new Map<string, X509Certificate>();
const readBeforeMax = 100;

function read(der: string): X509Certificate {
  const known = readBefore.get(der);
  if (known !== undefined) return known;
  const certificate = new X509Certificate(Buffer.from(der, 'base64'));
  const [oldest] = readBefore.keys();
  if (readBefore.size >= readBeforeMax && oldest !== undefined) readBefore.delete(oldest);
  readBefore.set(der, certificate);
  return certificate;
}

const pemBlock = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;

/** Every certificate in a PEM file, in its order. */
export function certificatesOf(pem: string | Buffer): X509Certificate[] {
  return [...pem.toString().matchAll(pemBlock)].map(([, der = '']) => read(der.replace(/\s/g, '')));
}

function parsed(x5c: readonly string[]): X509Certificate[] | undefined {
  try {
    return x5c.map(read);
  } catch {
    return undefined; // no certificates: nobody signed
  }
}

/** Whether one was issued by another: nothing that time changes, so that a signature is checked once. */
const verdicts = new WeakMap<X509Certificate, WeakMap<X509Certificate, boolean>>();

/** `ca` is true only for an authority that may sign certificates (basic constraints and key usage). */
function issued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  const of = verdicts.get(certificate) ?? new WeakMap<X509Certificate, boolean>();
  const verdict = of.get(issuer) ?? (issuer.ca && certificate.verify(issuer.publicKey));
  verdicts.set(certificate, of.set(issuer, verdict));
  return verdict;
}

function isNow(certificate: X509Certificate, atMs: number): boolean {
  return Date.parse(certificate.validFrom) <= atMs && atMs <= Date.parse(certificate.validTo);
}

/** True when each certificate was issued by the next, and the last one by an authority of ours. */
function chains(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  atMs: number,
): boolean {
  return chain.every((certificate, index) => {
    if (!isNow(certificate, atMs)) return false;
    const next = chain[index + 1];
    const issuers = next === undefined ? authorities : [next];
    return issuers.some((issuer) => isNow(issuer, atMs) && issued(certificate, issuer));
  });
}

/** Where a chain must end, who may be at its start, and when it counts. */
export interface Trust {
  readonly authorities: readonly X509Certificate[];
  readonly signers: readonly string[];
  /** Milliseconds since 1970: when the grant was signed. */
  readonly atMs: number;
}

/**
 * The certificate that vouches for a grant, or why there is none: it must be a process of ours by the one rule that
 * connections use, be a signer, and chain to an authority of ours; every certificate of the chain valid at that time.
 */
export function trustedLeaf(x5c: readonly string[], trust: Trust): X509Certificate | string {
  const chain = parsed(x5c);
  const leaf = chain?.[0];
  if (chain === undefined || leaf === undefined) return 'its certificate cannot be read';
  if (leaf.ca) return 'an authority is no process';
  const name = identityOf(leaf.subjectAltName);
  if (name === undefined || !trust.signers.includes(name)) {
    return `${name ?? 'nobody'} may not sign grants`;
  }
  if (chains(chain, trust.authorities, trust.atMs)) return leaf;
  return 'its certificate was not valid under our authority when it signed';
}
