import { readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { X509Certificate } from '@peculiar/x509';
import { readRetired } from '../../platform/security/retired';
import type { RetiredAuthority } from '../../platform/security/retired';
import {
  authorityFiles,
  authorityOf,
  certificatesIn,
  createAuthority,
  privatePem,
  readCertificate,
  writeCertificates,
  writeSecret,
  writeWhole,
} from '../authority';
import type { Authority } from '../authority';
import { signingAuthority } from '../renewal/renew';
import type { Reach } from '../servers/server';
import type { Position } from './stages';

/** The authorities of a state folder. */
export interface Authorities {
  readonly position: Position;
  /** The one before, and the one after it; the same where no rollover is under way. */
  readonly old: Authority;
  readonly new: Authority;
}

/** The files of a stack's authorities. */
export const filesOf = ({ certsDir, stateDir }: Reach) =>
  authorityFiles(certsDir, path.join(stateDir, 'authority'));

/** How far a rollover is, by the keys that are there. A key is written last, and taken away last. */
export async function readAuthorities(reach: Reach): Promise<Authorities> {
  const { next, old } = filesOf(reach);
  const signing = await signingAuthority(reach);
  const after = await authorityOf(next.key, certificatesIn(next.crt));
  if (after !== undefined) return { position: 'trust', old: signing, new: after };
  const before = await authorityOf(old.key, certificatesIn(old.crt));
  if (before !== undefined) return { position: 'reissue', old: before, new: signing };
  return { position: 'settled', old: signing, new: signing };
}

/** Makes the authority that is to come, where there is none yet. It signs nothing. */
export async function makeNext(reach: Reach): Promise<Authorities> {
  const { next } = filesOf(reach);
  const found = await readAuthorities(reach);
  if (found.position !== 'settled') return found;
  const made = await createAuthority();
  writeCertificates(next.crt, [made.certificate]);
  writeSecret(next.key, await privatePem(made.key));
  return readAuthorities(reach);
}

/** Everybody is to believe these and no others; nothing is written where they do, since everybody reads what is. */
export function believe(reach: Reach, authorities: readonly Authority[]): void {
  const { bundle } = filesOf(reach);
  const certificates = authorities.map(({ certificate }) => certificate);
  const known = certificatesIn(bundle);
  const isKnown = certificates.every((one) => known.some((other) => one.equal(other)));
  if (!isKnown || known.length !== certificates.length) writeCertificates(bundle, certificates);
}

/**
 * From now on the new authority signs. What is left of the one before is written first: whoever is interrupted here
 * begins with this again.
 */
export async function promote(
  reach: Reach,
  { position, ...of }: Authorities,
): Promise<Authorities> {
  if (position !== 'trust') return { position, ...of };
  const { key, next, old, reissuedAt } = filesOf(reach);
  rmSync(reissuedAt, { force: true });
  writeCertificates(old.crt, [of.old.certificate]);
  writeSecret(old.key, readFileSync(key, 'utf8'));
  renameSync(next.key, key);
  rmSync(next.crt, { force: true });
  return readAuthorities(reach);
}

/** Authorities that were retired here. */
export const retiredOf = (reach: Reach): readonly RetiredAuthority[] =>
  readRetired(filesOf(reach).bundle);

/** Forgets the key of the authority before for good, and keeps its certificate for what it has signed. */
export function forgetOld(reach: Reach, { old: { certificate } }: Authorities): void {
  const { old, retired, reissuedAt } = filesOf(reach);
  const known = retiredOf(reach);
  const pem = certificate.toString('pem');
  if (!known.some((one) => one.certificate === pem)) {
    const all = [...known, { certificate: pem, retiredAt: new Date().toISOString() }];
    writeWhole(retired, `${JSON.stringify(all, null, 2)}\n`);
  }
  for (const file of [old.crt, reissuedAt, old.key]) rmSync(file, { force: true });
}

/** Names with a certificate in the folder that is not of this authority. */
export async function namesNotOf(reach: Reach, { certificate }: Authority): Promise<string[]> {
  const names = readdirSync(reach.certsDir)
    .filter((file) => file.endsWith('.key'))
    .map((file) => path.parse(file).name);
  const found = await Promise.all(
    names.map(async (name) => {
      const leaf = readCertificate(path.join(reach.certsDir, `${name}.crt`));
      return leaf !== undefined && (await isOf(leaf, certificate)) ? [] : [name];
    }),
  );
  return found.flat();
}

/** Whether a certificate was signed by an authority; its times are not looked at. */
export function isOf(leaf: X509Certificate, authority: X509Certificate): Promise<boolean> {
  return leaf.verify({ publicKey: authority.publicKey, signatureOnly: true });
}
