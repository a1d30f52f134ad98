import { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { ShownWith } from '../renewal/shown';

const knockLimits = { answerMs: 10_000 } as const;

/** What a listener does with whoever knocks. */
export type Heard = 'answered' | 'refused' | 'silent';

/** A listener of the stack, and the bytes after which an honest one would answer. */
export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly hello: Buffer;
  /** Sent in the clear before TLS begins, for protocols that ask for it. */
  readonly before?: Buffer;
  /** Offered to the server as the protocol to speak. */
  readonly protocol?: string;
  /** How long it may say nothing, milliseconds. */
  readonly waitMs?: number;
  /** True for an answer by which the server refuses in its own protocol. */
  readonly isRefusal?: (data: Buffer) => boolean;
}

/**
 * What a listener does with a certificate: `answered`, `refused`, or `silent`. In TLS 1.3 the client's side is done
 * before the server has looked at the certificate, so only what is read afterwards counts.
 */
export async function knock(
  { ca }: Pick<ShownWith, 'ca'>,
  { port, hello, before, protocol, waitMs, isRefusal = () => false }: Listener,
  leaf?: Pick<ShownWith, 'cert' | 'key'>,
): Promise<Heard> {
  const raw = new Socket();
  const socketOptions: ConnectionOptions = {
    ...{ ca, socket: raw, servername: 'localhost', ...leaf },
    ...(protocol === undefined ? {} : { ALPNProtocols: [protocol] }),
    // The identity of the server is not what is looked at here.
    checkServerIdentity: () => undefined,
  };
  let secure: TLSSocket | undefined;
  try {
    return await new Promise((resolve) => {
      const late = setTimeout(() => resolve('silent'), waitMs ?? knockLimits.answerMs);
      const done = (seen: Heard): void => {
        clearTimeout(late);
        resolve(seen);
      };
      const begin = (): void => {
        secure = connect(socketOptions, () => secure?.write(hello));
        secure.once('data', (data: Buffer) => done(isRefusal(data) ? 'refused' : 'answered'));
        secure.once('error', () => done('refused'));
        secure.once('close', () => done('refused'));
      };
      raw.once('error', () => done('refused'));
      raw.once('close', () => done('refused'));
      raw.connect(port, '127.0.0.1', () => {
        if (before === undefined) return begin();
        raw.once('data', begin);
        raw.write(before);
      });
    });
  } finally {
    secure?.destroy();
    raw.destroy();
  }
}
