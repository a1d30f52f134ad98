import { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import { postgresAsksForTls } from '../wire/hellos';
import type { TlsListener } from './listeners';

const shownLimits = { answerMs: 5_000 } as const;

/** A certificate as a client shows it, and whom it believes; PEM. */
export interface ShownWith {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/**
 * The certificate that a listener shows, whoever issued it and whether or not it has ended: it is looked at, not
 * believed. Undefined where nobody listens.
 */
export function certificateShown(
  listener: TlsListener,
  own: ShownWith = {},
): Promise<X509Certificate | undefined> {
  const raw = new Socket();
  let secure: TLSSocket | undefined;
  const shown = new Promise<X509Certificate | undefined>((resolve, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`${listener.name} shows no certificate on port ${listener.port}`));
    }, shownLimits.answerMs);
    const done = (found: X509Certificate | undefined): void => {
      clearTimeout(late);
      resolve(found);
    };
    const begin = (): void => {
      secure = connect({ ...own, socket: raw, servername: 'localhost', rejectUnauthorized: false });
      secure.once('secureConnect', () => done(secure?.getPeerX509Certificate()));
      secure.once('error', () => done(undefined));
    };
    raw.once('error', () => done(undefined));
    raw.once('close', () => done(undefined));
    raw.connect(listener.port, '127.0.0.1', () => {
      if (listener.asksFirst !== true) return begin();
      raw.once('data', begin);
      raw.write(postgresAsksForTls);
    });
  });
  return shown.finally(() => {
    secure?.destroy();
    raw.destroy();
  });
}
