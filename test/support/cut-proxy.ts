import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A way to a server on which every connection can be ended at once; it looks into none of them. */
export interface CutProxy {
  readonly port: number;
  /** Ends what is open. What is opened afterwards goes through. */
  cut(): void;
  /** Connections that were opened through it. */
  opened(): number;
  close(): Promise<void>;
}

/** Listens on loopback in front of a server of this machine. */
export async function startCutProxy(upstreamPort: number): Promise<CutProxy> {
  const open = new Set<Socket>();
  let opened = 0;
  const server = createServer((client) => {
    opened += 1;
    const upstream = connect(upstreamPort, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
      open.delete(client);
    };
    open.add(client);
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => open.forEach((socket) => void socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    opened: () => opened,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
