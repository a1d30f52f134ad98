import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { AttackTarget } from './attack';
import type { Leaf } from './forge';

const answerMs = 10_000;

/** A connection that is kept, and the session of TLS by which it can be taken up again. */
export interface KeptSession {
  /** Asks on the open connection: the status, or `refused` where it ends without one. */
  ask(): Promise<string>;
  /** The same on a new connection that goes on with the session, without a new handshake. */
  askAgain(): Promise<string>;
  close(): void;
}

const request = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** The status of the next answer; what is left of it is read and dropped. */
function statusOf(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    const late = setTimeout(() => done('silent'), answerMs);
    const heard = (data: Buffer): void => {
      const [, status = 'refused'] = /^HTTP\/1\.1 (\d{3})/.exec(data.toString('latin1')) ?? [];
      done(status);
    };
    const ended = (): void => done('refused');
    const done = (seen: string): void => {
      clearTimeout(late);
      socket.off('data', heard).off('close', ended);
      socket.resume();
      resolve(seen);
    };
    socket.once('data', heard).once('close', ended);
    if (socket.destroyed) return ended();
    socket.write(request);
  });
}

/** Connects to a process of ours under a certificate, asks for its metrics, and keeps what it was given. */
export async function keepSession(
  { ca }: Pick<AttackTarget, 'ca'>,
  port: number,
  leaf: Leaf,
): Promise<KeptSession & { readonly first: string }> {
  const open = (session?: Buffer): TLSSocket => {
    const socket = connect({
      ...{ ca, ...leaf, port, host: '127.0.0.1', servername: 'localhost' },
      ...(session === undefined ? {} : { session }),
      checkServerIdentity: () => undefined,
    });
    // Whoever waits for an answer hears of its end.
    return socket.on('error', () => undefined);
  };
  const socket = open();
  let session: Buffer | undefined;
  socket.on('session', (given: Buffer) => (session = given));
  const first = await statusOf(socket);
  return {
    first,
    ask: () => statusOf(socket),
    async askAgain() {
      if (session === undefined) return 'no session';
      const again = open(session);
      try {
        const status = await statusOf(again);
        return status === 'refused' || again.isSessionReused() ? status : `${status} anew`;
      } finally {
        again.destroy();
      }
    },
    close: () => void socket.destroy(),
  };
}
