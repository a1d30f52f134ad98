// The certificate library cannot be loaded without it, so it comes first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { identityPrefix } from '../../platform/security/peer';
import {
  algorithm,
  generateKeys,
  lifetime,
  openAuthority,
  privatePem,
} from '../../stack/authority';
import type { Authority } from '../../stack/authority';
import { serialNumber } from '../../stack/authority';

/** A certificate with its key, PEM. */
export interface Leaf {
  readonly cert: string;
  readonly key: string;
}

/** What is wrong with a certificate; every member left out is as it should be. */
export interface Wrong {
  /** Names in it, as URIs; by default the one of the process. */
  readonly uris?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly isAuthority?: boolean;
  /** Not good for those who call. */
  readonly forServersOnly?: boolean;
  /** Signed by an authority that nobody of ours believes. */
  readonly byStranger?: boolean;
  /** Signed with its own key. */
  readonly bySelf?: boolean;
}

/** Issues what an attacker would show. */
export interface Forge {
  issue(name: string, wrong?: Wrong): Promise<Leaf>;
}

const hourMs = 3_600_000;

/** Opens a forge with the authority of a stack on this machine, whose key is in its state folder. */
export function openForge(directories: {
  readonly certs: string;
  readonly secrets: string;
}): Forge {
  let ours: Promise<Authority> | undefined;
  let strangers: Promise<Authority> | undefined;
  return {
    async issue(name, wrong = {}) {
      ours ??= openAuthority(directories.certs, directories.secrets);
      strangers ??= stranger();
      return leafOf(name, wrong, await (wrong.byStranger === true ? strangers : ours));
    },
  };
}

async function stranger(): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ serialNumber: serialNumber(), name: 'CN=holdfast-development-ca, O=holdfast' },
    ...lifetime(hourMs),
    ...{ signingAlgorithm: algorithm, keys },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return { certificate, key: keys.privateKey };
}

async function leafOf(name: string, wrong: Wrong, authority: Authority): Promise<Leaf> {
  const keys = await generateKeys();
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const { uris = [`${identityPrefix}${name}`], forServersOnly = false } = wrong;
  const { digitalSignature, keyCertSign } = x509.KeyUsageFlags;
  const names = uris.map((value) => ({ type: 'url' as const, value }));
  const { isAuthority = false, bySelf = false } = wrong;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${name}, O=holdfast`,
    issuer: bySelf ? `CN=${name}, O=holdfast` : authority.certificate.subject,
    ...lifetime(hourMs),
    ...(wrong.notBefore === undefined ? {} : { notBefore: wrong.notBefore }),
    ...(wrong.notAfter === undefined ? {} : { notAfter: wrong.notAfter }),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: bySelf ? keys.privateKey : authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      new x509.KeyUsagesExtension(
        isAuthority ? keyCertSign | digitalSignature : digitalSignature,
        true,
      ),
      new x509.ExtendedKeyUsageExtension(forServersOnly ? [serverAuth] : [serverAuth, clientAuth]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  return { cert: certificate.toString('pem'), key: await privatePem(keys.privateKey) };
}
