import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { fromZero } from '../runtime/from-zero';
import { metricNames } from '../runtime/metric-names';
import type { CertificateFiles } from '../security/tls';

/** Seconds since 1970 at which the certificate on disk ends. */
function certificateEnd(config: CertificateFiles): number {
  const certificate = new X509Certificate(readFileSync(config.HOLDFAST_CERT_FILE));
  return Date.parse(certificate.validTo) / 1_000;
}

/** Shows the end of our certificate and counts refused peers; without a registry it only takes the calls. */
export function measureTls(
  config: CertificateFiles,
  registry: Registry | undefined,
): { refused(this: void, reason: string): void } {
  if (registry === undefined) return { refused: () => undefined };
  const registers = [registry];
  new Gauge({
    name: metricNames.certificateNotAfter,
    help: 'When the certificate of this process ends, seconds since 1970',
    registers,
    collect() {
      this.set(certificateEnd(config));
    },
  });
  const rejected = new Counter({
    name: metricNames.tlsPeerRejected,
    help: 'Connections refused in or right after the TLS handshake, by reason',
    labelNames: ['reason'],
    registers,
  });
  fromZero(rejected, { reason: ['PEER_UNIDENTIFIED', 'HANDSHAKE_FAILED'] });
  return { refused: (reason) => rejected.inc({ reason }) };
}
