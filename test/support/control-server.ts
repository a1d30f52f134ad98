import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { World } from '../../cli/up/world';
import { isPlatformProcess } from '../../cli/up/world';
import type { ServerName } from '../../stack';

type Verb = (name: string, detail: string) => Promise<void>;

/**
 * Lets test files, which run in other processes, break and mend the world: stop or start a server or one of our
 * processes, kill it, or arm a crash point in it. Listens on the loopback address only.
 */
export async function startControl(
  world: World,
  crashDir: string,
): Promise<{ url: string; close(): Promise<void> }> {
  mkdirSync(crashDir, { recursive: true });
  const verbs = verbsOf(world, crashDir);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const verb = verbs[url.pathname.slice(1)];
    const name = url.searchParams.get('name') ?? '';
    const work =
      verb?.(name, url.searchParams.get('detail') ?? '') ??
      Promise.reject(new Error('unknown verb'));
    work.then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function verbsOf(world: World, crashDir: string): Record<string, Verb> {
  const { stack } = world;
  return {
    stop: async (name) =>
      isPlatformProcess(name) ? world.process(name).stop() : stack.stopServer(name as ServerName),
    start: async (name) =>
      isPlatformProcess(name) ? world.restart(name, {}) : stack.startServer(name as ServerName),
    kill: async (name) => {
      if (isPlatformProcess(name)) world.process(name).kill('SIGKILL');
      else stack.signalServer(name as ServerName, 'SIGKILL');
    },
    arm: async (name, detail) => {
      if (!isPlatformProcess(name)) throw new Error(`${name} has no crash points`);
      await world.restart(name, {
        HOLDFAST_CRASH_POINTS: detail,
        HOLDFAST_CRASH_DIR: crashDir,
      });
    },
  };
}
