import { Registry } from 'prom-client';
import { LogError } from '../../../platform/event-log/ports';
import type { Generation } from '../../../platform/event-log/replay/port';
import { createApp } from '../../../platform/http/app';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { silentLog } from '../../../platform/runtime/log';
import { openWatchApi } from '../../../projections/watching/api';
import { watchedProjections } from '../../../projections/watching/lag';
import { createRebuilds } from '../../../projections/watching/rebuild';
import { spokenTokens } from '../../support/spoken-tokens';
import { ask } from '../http/in-process';

const at = '2026-01-01T00:00:00.000Z';
const lag = (partition: number, nextOffset: number, records: number) => ({
  ...{ projection: 'sagas', topic: 'service-events.sagas', partition, nextOffset, records },
  movedAt: at,
});
const generation = (number: number, state: Generation['state']): Generation => ({
  ...{ projection: 'sagas', number, name: `sagas#${number}`, state, startedAt: at },
});

/** Read models of which one has three partitions, and may be built anew. */
function models(generations: readonly Generation[], offsets: readonly bigint[] = []) {
  return {
    names: ['sagas', 'orders'],
    rebuilds: { of: () => undefined },
    lag: async () => [lag(0, 10, 5), lag(1, 20, 0)],
    store: {
      ask: async () => [{ projection: 'sagas', count: 2 }] as never,
      generations: {
        generations: async (name: string) => (name === 'sagas' ? generations : []),
        placesOf: async () =>
          offsets.map((nextOffset, partition) => ({ topic: 't', partition, nextOffset })),
      },
    },
  };
}

describe('read models', () => {
  test('say how far behind they are over all partitions, and what waits', async () => {
    const [sagas, orders] = await watchedProjections(models([generation(3, 'live')]));
    expect(sagas).toMatchObject({ generation: 3, records: 5, movedAt: at, letters: 2 });
    expect(sagas?.partitions).toHaveLength(2);
    expect(sagas).not.toHaveProperty('building');
    expect(orders).toEqual({
      ...{ name: 'orders', generation: 0, records: 0, partitions: [], letters: 0 },
    });
  });

  test('say how far one is that is built anew: of what the live one has, and what waits for it', async () => {
    const generations = [generation(1, 'live'), generation(2, 'building')];
    const [sagas] = await watchedProjections(models(generations, [4n, 3n]));
    expect(sagas?.building).toEqual({ generation: 2, begunAt: at, done: 7, all: 35 });
    const [ahead] = await watchedProjections(models(generations, [30n, 20n]));
    expect(ahead?.building).toMatchObject({ done: 50, all: 50 });
  });
});

describe('events', () => {
  const nowMs = Date.parse('2026-01-02T00:00:00.000Z');

  /** The API over a log that is empty; answers what it was asked for. */
  function open(marks: () => Promise<never[]> = async () => []) {
    const cuts: [topic: string, atMs: number][] = [];
    const read: string[] = [];
    const api = openWatchApi({
      ...models([]),
      ...{ services: ['orders', 'payments'], instance: '', now: () => nowMs },
      ...{
        issuer: '',
        rebuilds: createRebuilds({ log: silentLog, optionsOf: () => ({}) as never }),
      },
      eventLog: {
        marks: (topic) => (read.push(topic), marks()),
        cutAt: async (topic, atMs) => (cuts.push([topic, atMs]), new Map()),
        startConsumer: () => {
          throw new Error('there is nothing to read');
        },
      },
    });
    const registry = new Registry();
    const guard = { tokens: spokenTokens, log: silentLog, registry, peerOf: () => 'gateway' };
    const app = createApp({
      ...{ log: silentLog, metrics: createMetrics({ defaults: false }), health: createHealth() },
      mount: (on) => api.mount(on, guard),
    });
    const headers = { authorization: 'Bearer vera:viewer' };
    const get = (path: string) => ask(app, { path, headers });
    return { get, cuts, read: () => [...new Set(read)] };
  }
  const day = nowMs - 24 * 3_600_000;

  test.each([
    ['', undefined],
    ['?aggregate=order/o-1', undefined],
    ['?aggregate=order/o-1&type=order.', undefined],
    ['?saga=place-order:1', day],
    ['?type=order.', day],
    ['?saga=place-order:1&since=2026-01-01T12:00:00Z', nowMs - 12 * 3_600_000],
    ['?aggregate=order/o-1&since=2026-01-01T12:00:00Z', nowMs - 12 * 3_600_000],
  ])('of %j are looked for as far back as was asked, or a day', async (query, sinceMs) => {
    const { get, cuts } = open();
    expect((await get(`/events${query}`)).json()).toEqual({ events: [] });
    expect(cuts.map(([, atMs]) => atMs)).toEqual(sinceMs === undefined ? [] : [sinceMs, sinceMs]);
  });

  test('of one service are in its topic, and of nobody are not found', async () => {
    const { get, read } = open();
    await get('/events?service=payments');
    expect(read()).toEqual(['service-events.payments']);
    const missing = await get('/events?service=nobody');
    expect([missing.status, missing.json().code]).toEqual([404, 'NOT_FOUND']);
  });

  test('wait for a log that is away, and a mistake of ours is told as one', async () => {
    const away = open(() => Promise.reject(new LogError('LOG_UNAVAILABLE', 'no broker')));
    const told = await away.get('/events');
    expect([told.status, told.json().code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    const broken = open(() => Promise.reject(new TypeError('of a test')));
    expect((await broken.get('/events')).status).toBe(500);
  });
});
