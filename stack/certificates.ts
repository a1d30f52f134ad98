// The certificate library cannot be loaded without it, so it comes first.
import 'reflect-metadata';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import type { Authority } from './authority';
import {
  algorithm,
  certificateLimits,
  generateKeys,
  isFresh,
  lifetime,
  openAuthority,
  privatePem,
  readCertificate,
  serialNumber,
  writeSecret,
  writeWhole,
} from './authority';
import { serviceNames } from '../activities/list';
import { identityPrefix } from '../platform/security/peer';

/** Every process that gets a certificate with the stack. */
export const certificateNames = [
  ...(['admin', 'gateway', 'orchestrator'] as const),
  ...serviceNames,
  ...(['projector', 'auditor', 'keys'] as const),
  ...(['temporal', 'kafka', 'postgres', 'mongodb', 'dynamodb', 'redis', 'consul'] as const),
  ...(['keycloak', 'prometheus', 'card-provider'] as const),
] as const;

/** Consul's agents verify each other under this name. */
const extraDnsNames: Record<string, string[]> = { consul: ['server.dc1.consul'] };

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

/** Whom a leaf names as its holder. Keycloak knows the services by it. */
export const leafSubject = (name: string): string => `CN=${name}, O=holdfast`;

/** What may be different in a certificate from what the stack itself issues. */
export interface LeafChanges {
  readonly names?: ReturnType<typeof alternativeNames>;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Says that it may sign others. */
  readonly isAuthority?: boolean;
  /** Not good for those who call. */
  readonly forServersOnly?: boolean;
  /** Signed with its own key. */
  readonly bySelf?: boolean;
}

/** A certificate for a process, with its key (PKCS#8); PEM. */
export async function createLeaf(
  authority: Authority,
  name: string,
  changes: LeafChanges = {},
): Promise<{ crt: string; key: string }> {
  const keys = await generateKeys();
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const { digitalSignature, keyCertSign } = x509.KeyUsageFlags;
  const { names = alternativeNames(name), isAuthority = false, ...told } = changes;
  const { forServersOnly = false, bySelf = false, ...times } = told;
  const subject = leafSubject(name);
  const certificate = await x509.X509CertificateGenerator.create({
    ...{ serialNumber: serialNumber(), subject },
    issuer: bySelf ? subject : authority.certificate.subject,
    ...{ ...lifetime(certificateLimits.leafMs), ...times },
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: bySelf ? keys.privateKey : authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.KeyUsagesExtension(digitalSignature | (isAuthority ? keyCertSign : 0), true),
      new x509.ExtendedKeyUsageExtension(forServersOnly ? [serverAuth] : [serverAuth, clientAuth]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
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

/**
 * Opens the authority of a state folder, creating it first if needed, and issues what is missing or due, each good for
 * `lifeMs`; a day unless told.
 */
export async function openCertificates(
  stateDir: string,
  lifeMs: number = certificateLimits.leafMs,
): Promise<Certificates> {
  const directory = path.join(stateDir, 'certs');
  const authority = await openAuthority(directory, path.join(stateDir, 'authority'));
  const ensure: Certificates['ensure'] = async (name, renew) => {
    const existing = renew ? undefined : readCertificate(path.join(directory, `${name}.crt`));
    const { publicKey } = authority.certificate;
    if (existing && isFresh(existing) && (await existing.verify({ publicKey }))) return;
    await issueLeaf(authority, { directory, name, lifeMs });
  };
  await Promise.all(certificateNames.map((name) => ensure(name)));
  return { directory, ensure };
}

/** Whose certificate, for how long, and the folder that everybody reads. */
export interface LeafOrder {
  readonly directory: string;
  readonly name: string;
  /** A day unless told. */
  readonly lifeMs?: number;
}

/** Issues a certificate over the one before; the key first, since whoever watches looks at the certificate. */
export async function issueLeaf(
  authority: Authority,
  { directory, name, lifeMs = certificateLimits.leafMs }: LeafOrder,
): Promise<void> {
  const file = (extension: string): string => path.join(directory, `${name}.${extension}`);
  const leaf = await createLeaf(authority, name, lifetime(lifeMs));
  writeSecret(file('key'), `${leaf.key}\n`);
  writeWhole(file('crt'), `${leaf.crt}\n`);
  writeSecret(file('pem'), `${leaf.crt}\n${leaf.key}\n`);
}
