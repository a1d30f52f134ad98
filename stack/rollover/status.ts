import { leftMs } from '../authority';
import type { Authority } from '../authority';
import type { Reach } from '../servers/server';
import { readAuthorities, retiredOf } from './authorities';
import { lookerOf } from './look';
import { behind } from './stages';
import type { ListenerSeen, Position } from './stages';

/** An authority as a person compares it with another. */
export interface AuthorityStatus {
  /** `signs`: what is issued now; `next`: believed, and signs nothing yet; `old`: believed, and signs nothing more. */
  readonly is: 'signs' | 'next' | 'old';
  /** SHA-256 of the certificate, hexadecimal. */
  readonly fingerprint: string;
  /** RFC 3339. */
  readonly notAfter: string;
  readonly daysLeft: number;
}

export interface RolloverStatus {
  readonly position: Position;
  readonly authorities: readonly AuthorityStatus[];
  /** Authorities that were retired here, ever. */
  readonly retired: number;
  /** While a rollover is under way: what each listener shows and whom it lets in, and who is behind. */
  readonly listeners: readonly ListenerSeen[];
  readonly behind: readonly string[];
}

const dayMs = 86_400_000;

async function described(is: AuthorityStatus['is'], { certificate }: Authority) {
  const fingerprint = Buffer.from(await certificate.getThumbprint('SHA-256')).toString('hex');
  const notAfter = certificate.notAfter.toISOString();
  return { is, fingerprint, notAfter, daysLeft: Math.floor(leftMs(certificate) / dayMs) };
}

/** The authorities of a stack, and how far a rollover has come. Throws STATE_MISMATCH where none can sign. */
export async function rolloverStatus(reach: Reach): Promise<RolloverStatus> {
  const authorities = await readAuthorities(reach);
  const { position, old, new: after } = authorities;
  const retired = retiredOf(reach).length;
  if (position === 'settled') {
    return {
      ...{ position, retired, listeners: [], behind: [] },
      authorities: [await described('signs', after)],
    };
  }
  const listeners = await lookerOf(reach, authorities).look();
  const named =
    position === 'trust'
      ? [described('signs', old), described('next', after)]
      : [described('signs', after), described('old', old)];
  return {
    ...{ position, retired, listeners, behind: behind(position, listeners) },
    authorities: await Promise.all(named),
  };
}
