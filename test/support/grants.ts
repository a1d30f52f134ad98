// The certificate library cannot be loaded without it, so it comes first.
import 'reflect-metadata';
import { createPrivateKey, randomUUID } from 'node:crypto';
import type { KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { createGrantMinter, createGrantVerifier } from '../../platform/security/grants';
import type { GrantMinter, GrantVerifier } from '../../platform/security/grants';
import { grantSealing, sagaGrantSigners } from '../../platform/host/saga-grants';
import { createSagaGrantMinter, createSagaGrantOpener } from '../../platform/security/saga-grants';
import type { SagaGrantMinter, SagaGrantOpener } from '../../platform/security/saga-grants';
import type { Sealing } from '../../platform/security/sealing';
import { fixedKeyring } from '../../platform/testing/fixed-keyring';
import { grantSigners } from '../../platform/saga/journal/hosted';
import { identityPrefix } from '../../platform/security/peer';
import type { Credentials } from '../../platform/security/tls';

type Algorithm = Parameters<typeof crypto.subtle.generateKey>[0];

/** The curve of all our certificates. */
const curve = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** What a certificate of these tests says; every member has a good default. */
export interface Wanted {
  /** Names in it, as URIs; by default the one of the process. */
  readonly uris?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly algorithm?: object;
  readonly isAuthority?: boolean;
  /** What its key may be used for, where that is not what follows from `isAuthority`. */
  readonly usages?: x509.KeyUsageFlags;
}

/** A certificate with its key, and what it takes to issue below it. */
export interface Issued extends Pick<Credentials, 'cert' | 'key'> {
  readonly privateKey: KeyObject;
  /** Base64 of its DER, as `x5c` carries it. */
  readonly der: string;
  issue(name: string, wanted?: Wanted): Promise<Issued>;
}

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

let serial = 0;

async function certificateOf(name: string, wanted: Wanted, issuer?: Issuer): Promise<Issued> {
  const { isAuthority = false, uris = [`${identityPrefix}${name}`] } = wanted;
  const algorithm = (wanted.algorithm ?? curve) as Algorithm;
  const usages: webcrypto.KeyUsage[] = ['sign', 'verify'];
  const keys = await crypto.subtle.generateKey(algorithm, true, usages);
  const { privateKey, publicKey } = keys as webcrypto.CryptoKeyPair;
  const names = uris.map((value) => ({ type: 'url' as const, value }));
  const { keyCertSign, digitalSignature } = x509.KeyUsageFlags;
  const usual = isAuthority ? keyCertSign : digitalSignature;
  serial += 1;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString(16).padStart(4, '0'),
    subject: `CN=${name}`,
    issuer: issuer?.certificate.subject ?? `CN=${name}`,
    notBefore: wanted.notBefore ?? new Date(Date.now() - 3_600_000),
    notAfter: wanted.notAfter ?? new Date(Date.now() + 3_600_000),
    signingAlgorithm: curve,
    publicKey,
    signingKey: issuer?.key ?? privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.KeyUsagesExtension(wanted.usages ?? usual, true),
      ...(isAuthority ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', privateKey);
  const key = Buffer.from(x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'));
  return {
    ...{ key, privateKey: createPrivateKey(key) },
    cert: Buffer.from(certificate.toString('pem')),
    der: Buffer.from(certificate.rawData).toString('base64'),
    issue: (below, asked = {}) => certificateOf(below, asked, { certificate, key: privateKey }),
  };
}

/** An authority of its own, made for a test. */
export function createTestAuthority(wanted: Wanted = {}): Promise<Issued> {
  return certificateOf('test-authority', { ...wanted, isAuthority: true });
}

/** Minter and verifier of one world: what the gateway signs, the journal opens. */
export interface TestGrants extends GrantMinter, GrantVerifier {
  readonly caPem: Buffer;
  /** Certificate and key of the gateway. */
  readonly gateway: Issued;
  /** Signs as the orchestrator does for its reactions. */
  readonly orchestrator: GrantMinter;
  /** Mints and opens what sagas may do. */
  readonly sagas: SagaGrantMinter & SagaGrantOpener;
}

/** Seals grants under a fresh key that only its result knows. */
export const testSealing = (): Sealing => grantSealing(fixedKeyring(randomUUID()));

/** Grants for tests without a stack: a fresh authority, a certificate of the gateway, both sides on one clock. */
export async function createTestGrants(clock: () => number = Date.now): Promise<TestGrants> {
  const authority = await createTestAuthority();
  const gateway = await authority.issue('gateway');
  const minter = createGrantMinter({ credentials: () => gateway, clock });
  const caPem = authority.cert;
  const verifier = createGrantVerifier({ caPem, signers: grantSigners, clock });
  const reactor = await authority.issue('orchestrator');
  const orchestrator = createGrantMinter({ credentials: () => reactor, clock });
  const sealing = testSealing();
  const sagas = {
    ...createSagaGrantMinter({ credentials: () => gateway, sealing }),
    ...createSagaGrantOpener({ caPem, signers: sagaGrantSigners, sealing, clock }),
  };
  return { ...minter, ...verifier, caPem, gateway, orchestrator, sagas };
}
