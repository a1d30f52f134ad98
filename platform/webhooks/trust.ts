import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';

/** How long authorities are kept before their file is read again, milliseconds. */
const keptMs = 60_000;

/**
 * Authorities of receivers: the public ones, and those of a file. Never this process's own: its authority is for our
 * processes, and `NODE_EXTRA_CA_CERTS` is not looked at. No certificate of ours is shown to anybody. Throws where the
 * file cannot be read at first.
 */
export function receiverTrust(caFile: string): () => SecureContext {
  const read = () => {
    const own = caFile === '' ? [] : [readFileSync(caFile, 'utf8')];
    return createSecureContext({ ca: [...rootCertificates, ...own], minVersion: 'TLSv1.2' });
  };
  let context = read();
  let untilMs = Date.now() + keptMs;
  return () => {
    if (Date.now() < untilMs) return context;
    untilMs = Date.now() + keptMs;
    try {
      context = read();
    } catch {
      // A file that is being replaced: what was read before is good until the next look.
    }
    return context;
  };
}
