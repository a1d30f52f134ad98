import 'reflect-metadata';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { identityPrefix } from './identity';

const dayMs = 86_400_000;

/** Development certificates are short-lived enough to notice a missing renewal. */
export const certificateLimits = {
  authorityMs: 365 * dayMs,
  leafMs: 30 * dayMs,
  renewBelowMs: dayMs,
} as const;

/** Every process that gets a certificate with the stack. */
export const certificateNames = [
  ...['admin', 'gateway', 'orchestrator', 'orders', 'payments', 'inventory', 'projector'],
  ...['temporal', 'kafka', 'postgres', 'mongodb', 'dynamodb', 'redis', 'consul', 'keycloak'],
  'prometheus',
] as const;

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Consul's agents verify each other under this name. */
const extraDnsNames: Record<string, string[]> = { consul: ['server.dc1.consul'] };

interface Authority {
  certificate: x509.X509Certificate;
  key: webcrypto.CryptoKey;
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function writeSecret(file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600 });
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function lifetime(lengthMs: number): { notBefore: Date; notAfter: Date } {
  // Some minutes back, so that a clock a little behind does not refuse it.
  return { notBefore: new Date(Date.now() - 300_000), notAfter: new Date(Date.now() + lengthMs) };
}

const serialNumber = (): string =>
  `01${Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;

function isFresh(certificate: x509.X509Certificate): boolean {
  return certificate.notAfter.getTime() - Date.now() > certificateLimits.renewBelowMs;
}

function readCertificate(file: string): x509.X509Certificate | undefined {
  try {
    return new x509.X509Certificate(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

async function createAuthority(): Promise<Authority> {
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

async function readAuthority(certFile: string, keyFile: string): Promise<Authority | undefined> {
  const certificate = readCertificate(certFile);
  if (!certificate || !isFresh(certificate) || !existsSync(keyFile)) return undefined;
  const [pkcs8] = x509.PemConverter.decode(readFileSync(keyFile, 'utf8'));
  if (!pkcs8) return undefined;
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  return { certificate, key };
}

/** What a leaf says about its holder: exactly one URI, and the names it may be reached under. */
export function alternativeNames(name: string): { type: 'url' | 'dns' | 'ip'; value: string }[] {
  return [
    { type: 'url', value: `${identityPrefix}${name}` },
    { type: 'dns', value: 'localhost' },
    { type: 'dns', value: name },
    ...(extraDnsNames[name] ?? []).map((value) => ({ type: 'dns' as const, value })),
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ];
}

async function createLeaf(
  authority: Authority,
  name: string,
): Promise<{ crt: string; key: string }> {
  const keys = await generateKeys();
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${name}, O=holdfast`,
    issuer: authority.certificate.subject,
    ...lifetime(certificateLimits.leafMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
      new x509.SubjectAlternativeNameExtension(alternativeNames(name)),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { crt: certificate.toString('pem'), key: await privatePem(keys.privateKey) };
}

/** The local authority and what it issued. Its key is kept apart from the folder that servers are shown. */
export interface Certificates {
  /** Folder with `ca.crt` and, per name, `.crt`, `.key` (PKCS#8) and `.pem` (both). */
  directory: string;
  /** Makes sure a name has a certificate; `renew` replaces one that is still good. */
  ensure: (name: string, renew?: 'renew') => Promise<void>;
}

/** Opens the authority of a state folder, creating it first if needed, and issues what is missing or due. */
export async function openCertificates(stateDir: string): Promise<Certificates> {
  const directory = path.join(stateDir, 'certs');
  const secrets = path.join(stateDir, 'authority');
  mkdirSync(directory, { recursive: true });
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  const certFile = path.join(directory, 'ca.crt');
  const keyFile = path.join(secrets, 'ca.key');
  let authority = await readAuthority(certFile, keyFile);
  if (!authority) {
    authority = await createAuthority();
    writeSecret(keyFile, await privatePem(authority.key));
    writeFileSync(certFile, `${authority.certificate.toString('pem')}\n`);
  }
  const known = authority;
  const ensure: Certificates['ensure'] = (name, renew) => ensureLeaf(known, directory, name, renew);
  await Promise.all(certificateNames.map((name) => ensure(name)));
  return { directory, ensure };
}

async function ensureLeaf(
  authority: Authority,
  directory: string,
  name: string,
  renew?: 'renew',
): Promise<void> {
  const file = (extension: string): string => path.join(directory, `${name}.${extension}`);
  const existing = renew ? undefined : readCertificate(file('crt'));
  const publicKey = authority.certificate.publicKey;
  if (existing && isFresh(existing) && (await existing.verify({ publicKey }))) return;
  const leaf = await createLeaf(authority, name);
  writeSecret(file('key'), `${leaf.key}\n`);
  writeFileSync(file('crt'), `${leaf.crt}\n`);
  writeSecret(file('pem'), `${leaf.crt}\n${leaf.key}\n`);
}
