import { openGateway } from './world';

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647);
}

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'PROPFIND'] as const;

/** A path that fits no route, or one whose every part was made up. */
function pathOf(next: () => number): string {
  const word = (): string => next().toString(36);
  const shapes = [
    `/${word()}`,
    `/${word()}/${word()}`,
    `/sagas/${word()}`,
    `/sagas/${word()}/${word()}`,
    `/orders/${word()}`,
    `/problems/${word()}`,
    `/products/${word()}?${word()}=${word()}`,
  ];
  return shapes[next() % shapes.length] ?? '/';
}

describe('what strangers ask for', () => {
  test('ten thousand made-up paths add at most five series to those of the first few hundred', async () => {
    const { call, registry } = openGateway({ limits: { address: 1_000_000 } });
    const series = async (): Promise<readonly string[]> =>
      (await registry.metrics())
        .split('\n')
        .filter((line) => /^[a-z]/.test(line))
        .map(nameOf);
    const next = numbers(7);
    // Everything that strangers can reach has been asked for once.
    for (let asked = 0; asked < 300; asked += 1) {
      await call({ path: pathOf(next), method: methods[next() % methods.length] ?? 'GET' });
    }
    const before = new Set(await series());
    for (let asked = 0; asked < 10_000; asked += 1) {
      await call({ path: pathOf(next), method: methods[next() % methods.length] ?? 'GET' });
    }
    expect(before.size).toBeGreaterThan(20);
    const added = (await series()).filter((name) => !before.has(name));
    expect(added.length).toBeLessThanOrEqual(5);
  }, 120_000);
});

const nameOf = (line: string): string => line.slice(0, line.lastIndexOf(' '));
