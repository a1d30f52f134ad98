import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { identityOf } from '../../platform/security/peer';
import { isFresh, readCertificate } from '../authority';
import { certificateNames } from '../certificates';
import type { Reach } from '../servers/server';
import { listenersOf } from './listeners';
import { certificateShown } from './shown';

/** What a listener shows: what is in the file, an older one, or nothing since nobody listens. */
export type Shown = 'current' | 'other' | 'away';

export interface CertificateStatus {
  readonly name: string;
  readonly subject: string;
  /** The one identity in it, as `spiffe://holdfast/<name>`; empty where there is none. */
  readonly identity: string;
  readonly serial: string;
  /** RFC 3339. */
  readonly notAfter: string;
  readonly minutesLeft: number;
  /** `due`: less than a third of its life is left. */
  readonly state: 'good' | 'due' | 'expired' | 'missing';
  readonly listeners: readonly { readonly name: string; readonly shows: Shown }[];
}

/** Certificates in the files of a stack, and what its listeners show of them. */
export async function certificateStatus(
  reach: Reach,
  names: readonly string[] = certificateNames,
): Promise<CertificateStatus[]> {
  const listeners = listenersOf(reach);
  return Promise.all(
    names.map(async (name) => {
      const mine = listeners.filter(({ certificate }) => certificate === name);
      const inFile = read(path.join(reach.certsDir, `${name}.crt`));
      const shown = mine.map(async (one) => {
        const found = await certificateShown(one).catch(() => undefined);
        return { name: one.name, shows: compared(found, inFile) };
      });
      return { name, ...described(reach, name, inFile), listeners: await Promise.all(shown) };
    }),
  );
}

function read(file: string): X509Certificate | undefined {
  try {
    return new X509Certificate(readFileSync(file));
  } catch {
    return undefined;
  }
}

function compared(found: X509Certificate | undefined, inFile: X509Certificate | undefined): Shown {
  if (found === undefined) return 'away';
  return found.serialNumber === inFile?.serialNumber ? 'current' : 'other';
}

const nothing = { subject: '', identity: '', serial: '', notAfter: '', minutesLeft: 0 } as const;

function described(reach: Reach, name: string, inFile: X509Certificate | undefined) {
  const parsed = readCertificate(path.join(reach.certsDir, `${name}.crt`));
  if (inFile === undefined || parsed === undefined) {
    return { ...nothing, state: 'missing' as const };
  }
  const identity = identityOf(inFile.subjectAltName);
  const leftMs = parsed.notAfter.getTime() - Date.now();
  const state: CertificateStatus['state'] =
    leftMs <= 0 ? 'expired' : isFresh(parsed) ? 'good' : 'due';
  return {
    subject: inFile.subject.replaceAll('\n', ', '),
    identity: identity === undefined ? '' : `spiffe://holdfast/${identity}`,
    serial: inFile.serialNumber,
    notAfter: parsed.notAfter.toISOString(),
    minutesLeft: Math.floor(leftMs / 60_000),
    state,
  };
}
