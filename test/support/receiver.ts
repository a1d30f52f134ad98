import { createHmac } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { readAuthority } from '../../stack/authority';
import { createLeaf } from '../../stack/certificates';
import { world } from './world';

/** One request as a receiver got it. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver answers. */
export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never answers. */
  readonly isSilent?: boolean;
}

/** Somebody's HTTPS server, on an address of its own. */
export interface Receiver {
  /** Of the address that it listens on. */
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Connections that were opened, whatever was said on them. */
  connections(): number;
  /** What is answered next, in this order; 204 after the last one. */
  answers(...next: readonly ReceiverAnswer[]): void;
  close(): void;
}

export const receiverAddress = '127.0.0.2';

/** Listens under a certificate of the world's authority, for the address and the name `receiver.test`. */
export async function startReceiver(): Promise<Receiver> {
  const { certsDir, stateDir } = world();
  const authority = await readAuthority(certsDir, path.join(stateDir, 'authority'));
  if (authority === undefined) throw new Error('the world has no authority');
  const names = [
    { type: 'ip' as const, value: receiverAddress },
    { type: 'dns' as const, value: 'receiver.test' },
  ];
  const { crt, key } = await createLeaf(authority, 'receiver', { names });
  const received: Received[] = [];
  let next: ReceiverAnswer[] = [];
  let connections = 0;
  const server = createServer({ cert: crt, key }, (request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      received.push({ path: request.url ?? '', headers, body });
      const { status, headers: given = {}, isSilent } = next.shift() ?? { status: 204 };
      if (isSilent !== true) response.writeHead(status, given).end();
    });
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, receiverAddress, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ port, received, url: `https://${receiverAddress}:${port}/hooks` },
    connections: () => connections,
    answers: (...list) => void (next = [...list]),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** As docs/webhooks.md has receivers do it, and not with our own code. */
export function isGenuine(secret: string, { headers, body }: Received): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures } = headers;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  const isFresh = Math.abs(Date.now() / 1_000 - Number(at)) < 300;
  return isFresh && (signatures ?? '').split(' ').includes(`v1,${mac}`);
}
