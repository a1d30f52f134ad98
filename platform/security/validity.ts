import { X509Certificate } from 'node:crypto';
import { readCredentials } from './tls';
import type { CertificateFiles } from './tls';

/** A process may not show its certificate at this time. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';

  constructor(
    readonly code: 'CERTIFICATE_EXPIRED' | 'CERTIFICATE_NOT_YET_VALID',
    cause: string,
    /** What to do, in one line. */
    readonly fix: string,
  ) {
    super(`${code}: ${cause}\n  fix: ${fix}`);
  }
}

/**
 * Throws {@link CertificateError} when the certificate of a process has ended or has not begun, so that it does not
 * start: everybody would refuse it, each in words of its own. Rejects nothing else.
 */
export function demandValidCertificate(
  config: CertificateFiles & { readonly HOLDFAST_NAME: string },
  nowMs = Date.now(),
): void {
  const { cert } = readCredentials(config);
  const { validFrom, validTo, serialNumber } = new X509Certificate(cert);
  const told = `${config.HOLDFAST_CERT_FILE} (serial ${serialNumber})`;
  const iso = (text: string): string => new Date(text).toISOString();
  if (nowMs > Date.parse(validTo)) {
    throw new CertificateError(
      'CERTIFICATE_EXPIRED',
      `${told} ended at ${iso(validTo)}`,
      `give it a new one: holdfast certs rotate --name ${config.HOLDFAST_NAME}`,
    );
  }
  if (nowMs < Date.parse(validFrom)) {
    throw new CertificateError(
      'CERTIFICATE_NOT_YET_VALID',
      `${told} begins at ${iso(validFrom)}`,
      'set the clock of this machine right',
    );
  }
}
