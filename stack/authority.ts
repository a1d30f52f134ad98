// The certificate library cannot be loaded without it, so it comes first.
import 'reflect-metadata';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const dayMs = 86_400_000;

/** Development certificates are short-lived enough to notice a missing renewal. */
export const certificateLimits = {
  authorityMs: 365 * dayMs,
  leafMs: 30 * dayMs,
  renewBelowMs: dayMs,
} as const;

/** Keys and signatures of authority and leaves alike. */
export const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Who signs, and with what. */
export interface Authority {
  certificate: x509.X509Certificate;
  key: webcrypto.CryptoKey;
}

/** A fresh pair on the curve all our certificates use. */
export function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** Writes what only we may read. */
export function writeSecret(file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600 });
}

/** A private key as PKCS#8. */
export async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** Validity from a little before now. */
export function lifetime(lengthMs: number): { notBefore: Date; notAfter: Date } {
  // Some minutes back, so that a clock a little behind does not refuse it.
  return { notBefore: new Date(Date.now() - 300_000), notAfter: new Date(Date.now() + lengthMs) };
}

/** Random, positive, 16 bytes. */
export const serialNumber = (): string =>
  `01${Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;

/** False when it should be replaced by now. */
export function isFresh(certificate: x509.X509Certificate): boolean {
  return certificate.notAfter.getTime() - Date.now() > certificateLimits.renewBelowMs;
}

/** The certificate in a file; undefined when there is none that can be read. */
export function readCertificate(file: string): x509.X509Certificate | undefined {
  try {
    return new x509.X509Certificate(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A fresh authority, in memory only. */
export async function createAuthority(): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=holdfast-development-ca, O=holdfast',
    ...lifetime(certificateLimits.authorityMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, key: keys.privateKey };
}

interface AuthorityFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const filesOf = (directory: string, secrets: string): AuthorityFiles => ({
  certFile: path.join(directory, 'ca.crt'),
  keyFile: path.join(secrets, 'ca.key'),
});

/** The authority of a state folder as it is; undefined where there is none that can sign for long enough. */
export async function readAuthority(
  directory: string,
  secrets: string,
): Promise<Authority | undefined> {
  const { certFile, keyFile } = filesOf(directory, secrets);
  const certificate = readCertificate(certFile);
  if (!certificate || !isFresh(certificate) || !existsSync(keyFile)) return undefined;
  const [pkcs8] = x509.PemConverter.decode(readFileSync(keyFile, 'utf8'));
  if (!pkcs8) return undefined;
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  return { certificate, key };
}

/** The authority of a state folder, created at first use and replaced when its end is near. */
export async function openAuthority(directory: string, secrets: string): Promise<Authority> {
  mkdirSync(directory, { recursive: true });
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  const { certFile, keyFile } = filesOf(directory, secrets);
  const known = await readAuthority(directory, secrets);
  if (known) return known;
  const authority = await createAuthority();
  writeSecret(keyFile, await privatePem(authority.key));
  writeFileSync(certFile, `${authority.certificate.toString('pem')}\n`);
  return authority;
}
