import type { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { certificatesOf } from './grant-certificates';

/** An authority that signs no more. Nobody believes it, but for what it has signed while it was one. */
export interface RetiredAuthority {
  /** PEM. */
  readonly certificate: string;
  /** RFC 3339. */
  readonly retiredAt: string;
}

/** Where those are kept: beside the authorities of today. */
export const retiredFileOf = (caFile: string): string =>
  path.join(path.dirname(caFile), 'retired.json');

/** The authorities that were retired, by the file beside those of today; none where there is no such file. */
export function readRetired(caFile: string): readonly RetiredAuthority[] {
  const file = retiredFileOf(caFile);
  if (!existsSync(file)) return [];
  return JSON.parse(readFileSync(file, 'utf8')) as RetiredAuthority[];
}

/** Who could sign at a moment: the authorities of today, and those that were not retired by then. */
export function authoritiesOver(
  today: readonly X509Certificate[],
  retired: readonly RetiredAuthority[],
): (atMs: number) => readonly X509Certificate[] {
  const before = retired.map(({ certificate, retiredAt }) => {
    return { certificates: certificatesOf(certificate), untilMs: Date.parse(retiredAt) };
  });
  return (atMs) => [
    ...today,
    ...before.flatMap(({ certificates, untilMs }) => (atMs <= untilMs ? certificates : [])),
  ];
}
