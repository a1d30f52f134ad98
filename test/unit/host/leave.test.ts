import { leave } from '../../../platform/host/leave';
import { ConsulError } from '../../../platform/discovery/consul';
import type { ConsulAnswer } from '../../../platform/discovery/consul';

const entry = (id: string) => ({
  Node: { Address: '10.0.0.1' },
  Service: { ID: id, Address: 'localhost', Port: 1 },
});

/** What a process that leaves did, one after the other, with the time since the step before it. */
async function left(answer: () => ConsulAnswer, drainMs: number) {
  const steps: string[] = [];
  let last = performance.now();
  let pausedMs = 0;
  const step = (name: string): void => {
    const now = performance.now();
    if (name === 'close') pausedMs = now - last;
    last = now;
    steps.push(name);
  };
  await leave({
    config: { HOLDFAST_DRAIN_MS: drainMs, HOLDFAST_INSTANCE: '' },
    consul: {
      ask: async ({ path }) => {
        step(`ask ${path}`);
        return answer();
      },
      close: async () => undefined,
    },
    health: { drain: () => step('drain') },
    server: { endConnections: () => step('end connections'), close: async () => step('close') },
    service: 'payments',
    registration: { id: 'own', stop: async () => step('deregister') },
  });
  return { steps, pausedMs };
}

const known = (ids: readonly string[]) => (): ConsulAnswer => ({
  ...{ status: 200, index: '5', body: ids.map(entry) },
});
const orderly = [
  ...['drain', 'deregister', 'end connections'],
  ...['ask /v1/health/service/payments?passing=true', 'close'],
];

describe('a process that leaves', () => {
  test('goes on answering between leaving Consul and its end, where another one is well', async () => {
    const { steps, pausedMs } = await left(known(['own', 'other']), 60);
    expect(steps).toEqual(orderly);
    expect(pausedMs).toBeGreaterThanOrEqual(55);
  });

  test.each([
    ['is alone', known(['own'])],
    [
      'is not told by Consul',
      () => {
        throw new ConsulError('away', undefined);
      },
    ],
  ])('does not wait where it %s', async (_why, answer) => {
    const { steps, pausedMs } = await left(answer, 8_000);
    expect(steps).toEqual(orderly);
    expect(pausedMs).toBeLessThan(5_000);
  });
});
