import { createHash } from 'node:crypto';
import type { PeerCertificate, TLSSocket } from 'node:tls';

/** Where the names of our processes live in a certificate. */
export const identityPrefix = 'spiffe://holdfast/';

const namePattern = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * The name in the one URI of a certificate's alternative names, as Node prints them (`DNS:…, URI:…`). Undefined when
 * there is no URI, more than one, or one of another trust domain: no identity is better than a guessed one. Node
 * quotes values that could fake a separator, so a quote is reason enough to refuse.
 */
export function identityOf(alternativeNames: string | undefined): string | undefined {
  if (!alternativeNames || alternativeNames.includes('"')) return undefined;
  const uris = alternativeNames.split(', ').filter((entry) => /^uri:/i.test(entry));
  const [only] = uris;
  if (uris.length !== 1 || !only?.startsWith(`URI:${identityPrefix}`)) return undefined;
  const name = only.slice('URI:'.length + identityPrefix.length);
  return namePattern.test(name) ? name : undefined;
}

type Peer = Pick<TLSSocket, 'authorized' | 'getPeerCertificate'>;

/**
 * The certificate at the other end, if it was verified and has not ended. When it ends is looked at each time: TLS
 * does so in a full handshake only, so a session that is taken up again, or is simply kept open, would outlive it.
 */
function shownBy(socket: Peer, nowMs: number): Partial<PeerCertificate> | undefined {
  if (!socket.authorized) return undefined;
  // Node answers null where the connection is over already.
  const certificate = socket.getPeerCertificate() as Partial<PeerCertificate> | null;
  if (certificate === null) return undefined;
  return Date.parse(certificate.valid_to ?? '') < nowMs ? undefined : certificate;
}

/** Who is at the other end of a connection: the name in its verified certificate, or nobody. */
export function peerOf(socket: Peer, nowMs = Date.now()): string | undefined {
  const certificate = shownBy(socket, nowMs);
  // A certificate of an authority is no identity of a process (X.509-SVID 4.1), whatever names it carries.
  if (certificate === undefined || certificate.ca === true) return undefined;
  return identityOf(certificate.subjectaltname);
}

/** The thumbprint by which a token names a certificate: SHA-256 of its DER, base64url (RFC 8705). */
export function thumbprintOf(der: Buffer): string {
  return createHash('sha256').update(der).digest('base64url');
}

/** Thumbprint of the certificate at the other end of a connection; undefined where none was shown that is good. */
export function peerThumbprint(socket: Peer, nowMs = Date.now()): string | undefined {
  const raw = shownBy(socket, nowMs)?.raw;
  return raw === undefined ? undefined : thumbprintOf(raw);
}

/** Thrown when a server answers under another identity than the one that was called. */
export class PeerIdentityError extends Error {
  override readonly name = 'PeerIdentityError';
  readonly code = 'PEER_IDENTITY_WRONG';
}

/** For `tls.connect`: accepts a server only under the identity of `service`, whatever host name it was reached by. */
export function demandIdentity(service: string) {
  return (_host: string, certificate: { subjectaltname?: string }): Error | undefined => {
    const found = identityOf(certificate.subjectaltname);
    if (found === service) return undefined;
    return new PeerIdentityError(`expected ${service}, found ${found ?? 'no identity'}`);
  };
}
