import { connect } from 'node:tls';
import { Agent, fetch } from 'undici';
import { eventStreamType } from '../../platform/http/event-stream';
import { parseConfig } from '../../platform/runtime/config';
import { readCredentials } from '../../platform/security/tls';
import type { ApiAnswer } from '../up/api-client';
import type { AttackTarget } from './attack';
import type { Leaf } from './forge';

const wireLimits = { answerMs: 10_000, requestMs: 20_000 } as const;

/** The certificate of one of our processes, as its configuration names it. */
export function leafOfProcess(
  { environmentFor }: Pick<AttackTarget, 'environmentFor'>,
  name: string,
): Leaf {
  const { cert, key } = readCredentials(parseConfig(environmentFor(name)));
  return { cert, key };
}

export interface Asked {
  readonly url: string;
  readonly leaf?: Leaf;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | URLSearchParams;
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  /** A header, by its name in small letters. */
  header(name: string): string | undefined;
}

/** Asks on a connection of its own, under a certificate where one is given. Throws where no answer comes. */
export async function askOnce(
  { ca }: Pick<AttackTarget, 'ca'>,
  { url, leaf, ...request }: Asked,
): Promise<Answered> {
  const dispatcher = new Agent({ connect: { ca, ...leaf } });
  const signal = AbortSignal.timeout(wireLimits.requestMs);
  try {
    const response = await fetch(url, { ...request, dispatcher, signal });
    const header = (name: string) => response.headers.get(name) ?? undefined;
    // A stream has been let in, and does not end by itself.
    const isStream = header('content-type')?.startsWith(eventStreamType) === true;
    return { status: response.status, text: isStream ? '' : await response.text(), header };
  } finally {
    await dispatcher.destroy();
  }
}

/** The same as `<status> <code>`, or `refused` where no answer came at all. */
export function askUnder(target: Pick<AttackTarget, 'ca'>, asked: Asked): Promise<string> {
  return askOnce(target, asked).then(
    ({ status, text }) => said({ status, body: parsed(text) }),
    () => 'refused',
  );
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Status and code of an answer, as one text. */
export function said({ status, body }: Pick<ApiAnswer, 'status' | 'body'>): string {
  const { code } = body;
  return typeof code === 'string' ? `${status} ${code}` : String(status);
}

/** Sends bytes over TLS as they are and answers all that comes back until the end or a pause. */
export function sendRaw(
  target: Pick<AttackTarget, 'ca' | 'gatewayUrl'>,
  bytes: string,
): Promise<{ readonly text: string; readonly closed: boolean }> {
  const { hostname, port } = new URL(target.gatewayUrl);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({
      ca: target.ca,
      host: hostname,
      port: Number(port),
      servername: hostname,
    });
    const end = (closed: boolean): void => {
      clearTimeout(late);
      socket.destroy();
      resolve({ text, closed });
    };
    const late = setTimeout(() => end(false), wireLimits.answerMs);
    socket.once('secureConnect', () => socket.write(bytes));
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')));
    socket.once('error', () => end(true));
    socket.once('close', () => end(true));
  });
}

/** A connection that is kept open for as long as the other end lets it. */
export interface HeldSocket {
  /** Milliseconds from its beginning until the other end closed it; `undefined` where it is still open. */
  closedAfterMs(): number | undefined;
  destroy(): void;
}

export interface Held {
  /** Sent at once. */
  readonly first: string;
  /** Sent again and again, once in a second. */
  readonly drip: string;
  /** False never takes what the other end sends. */
  readonly reads: boolean;
}

const dripMs = 1_000;

/** Opens a connection over TLS, sends a beginning, and goes on a little at a time. Rejects where it cannot connect. */
export function holdSocket(
  target: Pick<AttackTarget, 'ca' | 'gatewayUrl'>,
  { first, drip, reads }: Held,
): Promise<HeldSocket> {
  const { hostname, port } = new URL(target.gatewayUrl);
  return new Promise((resolve, reject) => {
    const place = { host: hostname, port: Number(port), servername: hostname };
    const socket = connect({ ca: target.ca, ...place });
    let startedMs = 0;
    let closedMs: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    const closed = (): void => {
      clearInterval(timer);
      closedMs ??= performance.now() - startedMs;
    };
    socket.once('error', (error: Error) => {
      if (startedMs === 0) reject(error);
      closed();
    });
    socket.once('close', closed).once('end', closed);
    socket.once('secureConnect', () => {
      startedMs = performance.now();
      if (reads) socket.resume();
      socket.write(first);
      // Also how one who does not read hears that the other end is gone.
      timer = setInterval(() => socket.write(drip), dripMs);
      resolve({
        closedAfterMs: () => closedMs,
        destroy: () => {
          clearInterval(timer);
          socket.destroy();
        },
      });
    });
  });
}
