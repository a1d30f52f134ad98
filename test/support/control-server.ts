import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { controlOf, controlVerbs } from '../../cli/up/control';
import type { ControlVerb } from '../../cli/up/control';
import type { World } from '../../cli/up/world';

const isVerb = (text: string): text is ControlVerb =>
  (controlVerbs as readonly string[]).includes(text);

/**
 * Lets test files, which run in other processes, break and mend the world as `cli/up/control.ts` has it. Listens on
 * the loopback address only.
 */
export async function startControl(
  world: World,
  crashDir: string,
): Promise<{ url: string; close(): Promise<void> }> {
  const control = controlOf(world, crashDir);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const verb = url.pathname.slice(1);
    const [name, detail] = ['name', 'detail'].map((key) => url.searchParams.get(key) ?? '');
    const work = isVerb(verb)
      ? control(verb, name ?? '', detail)
      : Promise.reject(new Error(`unknown verb ${verb}`));
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
