import net from 'node:net';

/** One port of this machine's loopback address that leads to a port of another host. */
export interface Forward {
  readonly port: number;
  readonly host: string;
}

async function open({ port, host }: Forward): Promise<net.Server> {
  const server = net.createServer((client) => {
    const upstream = net.connect(port, host);
    client.pipe(upstream).pipe(client);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

/**
 * Runs `work` while these ports lead elsewhere. The set-up code of the embedded stack speaks to servers on
 * localhost; in a container they are on other hosts. Certificates still hold: each names localhost too, and the
 * bytes in between stay encrypted.
 */
export async function withForwards<T>(
  forwards: readonly Forward[],
  work: () => Promise<T>,
): Promise<T> {
  const servers = await Promise.all(forwards.map(open));
  try {
    return await work();
  } finally {
    for (const server of servers) server.close();
  }
}
