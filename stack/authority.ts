// The certificate library cannot be loaded without it, so it comes first.
import 'reflect-metadata';
import { createPublicKey } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { retiredFileOf } from '../platform/security/retired';
import { StackError } from './errors';

const dayMs = 86_400_000;

/**
 * The stack renews its certificates by itself while it runs, so they live for a day and nobody needs a list of revoked
 * ones. Who has nobody to renew them asks for the long life.
 */
export const certificateLimits = {
  authorityMs: 365 * dayMs,
  leafMs: dayMs,
  leafMsWithoutRenewal: 30 * dayMs,
  /** An authority that ends sooner signs nothing any more. */
  authorityLeftMs: 2 * dayMs,
  /** A certificate is renewed when less than this part of its life is left. */
  renewBelow: 1 / 3,
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

/** Writes a file that is read by others while it is written: whole, or as it was. */
export function writeWhole(file: string, content: string, mode = 0o644): void {
  writeFileSync(`${file}.new`, content, { mode });
  renameSync(`${file}.new`, file);
}

/** The same for what only we may read. */
export function writeSecret(file: string, content: string): void {
  writeWhole(file, content, 0o600);
}

/** A private key as PKCS#8. */
export async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

/** So that a clock a little behind does not refuse it. */
const backdatedMs = 300_000;

/** Validity from a little before now. */
export function lifetime(lengthMs: number): { notBefore: Date; notAfter: Date } {
  const nowMs = Date.now();
  return { notBefore: new Date(nowMs - backdatedMs), notAfter: new Date(nowMs + lengthMs) };
}

/** Random, positive, 16 bytes. */
export const serialNumber = (): string =>
  `01${Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;

/** Milliseconds until a certificate ends; negative when it has. */
export function leftMs({ notAfter }: Pick<x509.X509Certificate, 'notAfter'>): number {
  return notAfter.getTime() - Date.now();
}

/** How long a certificate was good for when it was issued, milliseconds. */
export function lifeMs({ notBefore, notAfter }: x509.X509Certificate): number {
  return notAfter.getTime() - notBefore.getTime() - backdatedMs;
}

/** False when it should be replaced by now. */
export function isFresh(certificate: x509.X509Certificate): boolean {
  return leftMs(certificate) > lifeMs(certificate) * certificateLimits.renewBelow;
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

/**
 * Where an authority is kept: in the folder that everybody reads, the certificates of all that are believed; apart from
 * it, the key of the one that signs and, during a rollover, of the one after it or before it.
 */
export const authorityFiles = (directory: string, secrets: string) => ({
  bundle: path.join(directory, 'ca.crt'),
  retired: retiredFileOf(path.join(directory, 'ca.crt')),
  key: path.join(secrets, 'ca.key'),
  next: { crt: path.join(secrets, 'next.crt'), key: path.join(secrets, 'next.key') },
  old: { crt: path.join(secrets, 'old.crt'), key: path.join(secrets, 'old.key') },
  reissuedAt: path.join(secrets, 'reissued-at'),
  lock: path.join(secrets, 'rollover.lock'),
});

/**
 * Every certificate in a file; none where there is no file. Throws `STATE_MISMATCH` for one that cannot be read: taken
 * for one that is not there, another authority would be made in its place, and nobody would believe it.
 */
export function certificatesIn(file: string): x509.X509Certificate[] {
  const pem = textIn(file);
  if (pem === undefined) return [];
  try {
    const all = x509.PemConverter.decode(pem).map((der) => new x509.X509Certificate(der));
    if (all.length > 0) return all;
  } catch {
    // told below
  }
  throw unreadable(file, 'no certificate can be read from it');
}

function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw unreadable(file, code ?? 'it cannot be read');
  }
}

function unreadable(file: string, why: string): StackError {
  return new StackError({
    ...{ code: 'STATE_MISMATCH', subject: 'authority', cause: `${file}: ${why}` },
    fix: 'make the file readable or put it back from a backup; without both, remove the state folder',
  });
}

const textOf = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;

/** Writes certificates one after the other: all of them are believed. */
export function writeCertificates(file: string, certificates: x509.X509Certificate[]): void {
  writeWhole(file, certificates.map(textOf).join(''));
}

/** The authority whose key is in a file, among these certificates; undefined where none of them is its own. */
export async function authorityOf(
  keyFile: string,
  among: readonly x509.X509Certificate[],
): Promise<Authority | undefined> {
  const pem = textIn(keyFile);
  if (pem === undefined) return undefined;
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const certificate = among.find(({ publicKey }) => spki.equals(Buffer.from(publicKey.rawData)));
  const [pkcs8] = x509.PemConverter.decode(pem);
  if (certificate === undefined || pkcs8 === undefined) return undefined;
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  return { certificate, key };
}

/** The authority of a state folder as it is; undefined where there is none that can sign for long enough. */
export async function readAuthority(
  directory: string,
  secrets: string,
): Promise<Authority | undefined> {
  const { bundle, key } = authorityFiles(directory, secrets);
  const found = await authorityOf(key, certificatesIn(bundle));
  if (!found || leftMs(found.certificate) < certificateLimits.authorityLeftMs) return undefined;
  return found;
}

/** The authority of a state folder, created at first use and replaced when its end is near. */
export async function openAuthority(directory: string, secrets: string): Promise<Authority> {
  mkdirSync(directory, { recursive: true });
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  const files = authorityFiles(directory, secrets);
  const known = await readAuthority(directory, secrets);
  if (known) return known;
  const authority = await createAuthority();
  // A rollover that was under way has nothing left to go on from.
  for (const one of [files.next, files.old]) {
    for (const file of [one.key, one.crt]) rmSync(file, { force: true });
  }
  writeSecret(files.key, await privatePem(authority.key));
  writeCertificates(files.bundle, [authority.certificate]);
  return authority;
}
