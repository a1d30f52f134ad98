import { Registry } from 'prom-client';
import { ConsulError, consulName, instancesOf } from '../../../platform/discovery/consul';
import type { ConsulAnswer, ConsulRequest } from '../../../platform/discovery/consul';
import { backoffMs } from '../../../platform/discovery/pace';
import { keepRegistered, registrationOf } from '../../../platform/discovery/registration';
import { choose, createResolver } from '../../../platform/discovery/resolver';
import { nextIndex, watchInstances } from '../../../platform/discovery/watch';
import { silentLog } from '../../../platform/runtime/log';

const entry = (id: string, status = 'passing') => ({
  Node: { Address: '10.0.0.1' },
  Service: { ID: id, Address: 'localhost', Port: 1 },
  Checks: [{ Status: 'passing' }, { Status: status }],
});

/** A Consul that answers from a script and then waits for ever, as a blocking query does. */
function scripted(script: (() => ConsulAnswer)[]) {
  const asked: ConsulRequest[] = [];
  let exhausted: () => void;
  const done = new Promise<void>((resolve) => (exhausted = resolve));
  const ask = (request: ConsulRequest): Promise<ConsulAnswer> => {
    asked.push(request);
    const next = script.shift();
    if (next === undefined) {
      exhausted();
      return new Promise((_resolve, reject) => {
        request.signal?.addEventListener('abort', () =>
          reject(new ConsulError('aborted', undefined)),
        );
      });
    }
    return Promise.resolve().then(next);
  };
  return { asked, done, consul: { ask, close: () => Promise.resolve() } };
}

const answer = (ids: string[], index: string | undefined) => (): ConsulAnswer => ({
  status: 200,
  index,
  body: ids.map((id) => entry(id)),
});
const checked = (statuses: Record<string, string>, index: string) => (): ConsulAnswer => ({
  status: 200,
  index,
  body: Object.entries(statuses).map(([id, status]) => entry(id, status)),
});
const away = (): ConsulAnswer => {
  throw new ConsulError('away', undefined);
};

describe('the index of a blocking query', () => {
  test.each<[number, string | undefined, number]>([
    [0, '7', 7],
    [7, '7', 7],
    [7, '8', 8],
    [8, '7', 0],
    [8, '0', 0],
    [8, '-1', 0],
    [8, 'nonsense', 0],
    [8, undefined, 0],
    [8, '9e9', 0],
  ])('after %d, %s asks with %d', (previous, header, expected) => {
    expect(nextIndex(previous, header)).toBe(expected);
  });
});

describe('watching a service', () => {
  test('asks once, then blocks on the index', async () => {
    const { asked, done, consul } = scripted([answer(['a'], '5'), answer(['a', 'b'], '6')]);
    const known = watchInstances({ consul, log: silentLog, name: 'orders' });
    await done;
    known.stop();
    expect(asked.map(({ path }) => path)).toEqual([
      '/v1/health/service/orders',
      '/v1/health/service/orders?index=5&wait=30s',
      '/v1/health/service/orders?index=6&wait=30s',
    ]);
    expect(known.instances.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('goes on with those that were well last where none is, and says that none is named', async () => {
    const { done, consul } = scripted([answer(['a', 'b'], '5'), answer([], '6')]);
    const known = watchInstances({ consul, log: silentLog, name: 'orders' });
    await done;
    known.stop();
    expect([known.instances.map(({ id }) => id), known.isNamed]).toEqual([['a', 'b'], false]);
  });

  test('follows those that are well only, and where none ever was, those that are registered', async () => {
    const { done, consul } = scripted([
      checked({ a: 'critical', b: 'critical' }, '5'),
      checked({ a: 'critical', b: 'passing' }, '6'),
      checked({ a: 'critical', b: 'critical' }, '7'),
    ]);
    const seen: (readonly [string[], boolean])[] = [];
    const watched = async (asked: ConsulRequest) => {
      await Promise.resolve();
      seen.push([known.instances.map(({ id }) => id), known.isNamed]);
      return consul.ask(asked);
    };
    const known = watchInstances({ consul: { ask: watched }, log: silentLog, name: 'orders' });
    await done;
    known.stop();
    expect(seen.slice(1)).toEqual([
      [['a', 'b'], false],
      [['b'], true],
      [['b'], false],
    ]);
  });

  test('keeps the last known instances while Consul is away, with their age', async () => {
    let now = 0;
    const { asked, done, consul } = scripted([answer(['a'], '5'), away]);
    const known = watchInstances({ consul, log: silentLog, name: 'orders', now: () => now });
    await known.firstAnswer(1_000);
    now = 60_000;
    await done;
    known.stop();
    expect(known.instances.map(({ id }) => id)).toEqual(['a']);
    expect(known.ageMs()).toBe(60_000);
    expect(asked.at(-1)?.path).toBe('/v1/health/service/orders');
  });

  test('an answer that is no list of instances changes nothing', async () => {
    const strange = (): ConsulAnswer => ({ status: 200, index: '6', body: [{ Service: {} }] });
    const { done, consul } = scripted([answer(['a'], '5'), strange]);
    const known = watchInstances({ consul, log: silentLog, name: 'orders' });
    await done;
    known.stop();
    expect(known.instances.map(({ id }) => id)).toEqual(['a']);
  });

  test('an instance without an address of its own is at the address of its node', () => {
    const bare = { ...entry('a'), Service: { ID: 'a', Address: '', Port: 8_000 } };
    // A registration that nobody could call hides no other.
    const unusable = { ...bare, Service: { ...bare.Service, Port: 0 } };
    expect(instancesOf([unusable, bare])).toHaveLength(1);
    expect(instancesOf([bare])).toEqual([{ id: 'a', host: '10.0.0.1', port: 8_000 }]);
  });

  test('back-off grows, has a ceiling and is spread', () => {
    const limits = { stepMs: 100, maxMs: 1_000 };
    expect([1, 2, 3, 9].map((failures) => backoffMs(failures, limits, () => 1))).toEqual([
      100, 200, 400, 1_000,
    ]);
    expect(backoffMs(9, limits, () => 0.01)).toBe(10);
  });
});

describe('choosing an instance', () => {
  const instances = ['a', 'b', 'c'].map((id) => ({ id, host: 'localhost', port: 1 }));
  const idle = () => ({ open: 0, ejected: false });
  const sequence =
    (...values: number[]) =>
    () =>
      values.shift() ?? 0;

  test('takes the less busy of two random ones', () => {
    const load = (id: string) => ({ open: id === 'a' ? 3 : 1, ejected: false });
    expect(choose(instances, load, sequence(0, 0))?.id).toBe('b');
  });

  test('spreads over all when all are idle', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 3_000; index++) {
      const id = choose(instances, idle)?.id ?? '';
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(count).toBeGreaterThan(800);
  });

  test('leaves a sick instance alone while there is another', () => {
    const load = (id: string) => ({ open: 0, ejected: id !== 'c' });
    expect(choose(instances, load)?.id).toBe('c');
    expect(choose(instances, () => ({ open: 0, ejected: true }))).toBeDefined();
    expect(choose([], idle)).toBeUndefined();
  });

  test('a retry goes to another instance, and a sick one is ejected', async () => {
    const { consul } = scripted([answer(['a', 'b'], '5')]);
    const resolver = createResolver({
      config: { HOLDFAST_INSTANCE: '' },
      consul,
      log: silentLog,
      registry: new Registry(),
    });
    const first = await resolver.pick('orders');
    first?.done('fault');
    const sick = first?.instance.id ?? '';
    const second = await resolver.pick('orders', new Set([sick]));
    expect(second?.instance.id).not.toBe(sick);
    second?.done('ok');
    for (let index = 0; index < 20; index++) {
      expect((await resolver.pick('orders'))?.instance.id).not.toBe(sick);
    }
    resolver.close();
  });
});

describe('registering', () => {
  const config = { HOLDFAST_INSTANCE: 'x1', HOLDFAST_ADVERTISED_HOST: 'localhost' };

  test('names an HTTPS check that verifies the certificate', () => {
    const { consul } = scripted([]);
    const body = registrationOf({ config, consul, log: silentLog, service: 'orders', port: 8 });
    expect(body).toMatchObject({
      ID: 'orders-x1-localhost-8',
      Name: consulName('orders', 'x1'),
      Check: {
        HTTP: 'https://localhost:8/healthz',
        TLSSkipVerify: false,
        DeregisterCriticalServiceAfter: '1m',
      },
    });
  });

  test('registers as soon as Consul is there, and takes itself out at the end', async () => {
    const missing = (): ConsulAnswer => ({ status: 404, index: undefined, body: undefined });
    const fine = (): ConsulAnswer => ({ status: 200, index: undefined, body: undefined });
    const { asked, consul } = scripted([away, missing, fine, fine]);
    const registration = keepRegistered({
      config,
      consul,
      log: silentLog,
      service: 'orders',
      port: 8,
    });
    const deadline = Date.now() + 2_000;
    while (!registration.isRegistered() && Date.now() < deadline) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await registration.stop();
    expect(asked.map(({ method, path }) => `${method ?? 'GET'} ${path}`)).toEqual([
      'GET /v1/agent/service/orders-x1-localhost-8',
      'GET /v1/agent/service/orders-x1-localhost-8',
      'PUT /v1/agent/service/register',
      'PUT /v1/agent/service/deregister/orders-x1-localhost-8',
    ]);
  });

  test('an old agent that does not know the name to verify is asked without it', async () => {
    const missing = (): ConsulAnswer => ({ status: 404, index: undefined, body: undefined });
    const fine = (): ConsulAnswer => ({ status: 200, index: undefined, body: undefined });
    const refusing = () => {
      throw new ConsulError('Consul answered 400: json: unknown field "TLSServerName"', 400);
    };
    const { asked, consul } = scripted([missing, refusing, fine, fine]);
    const options = { config, consul, log: silentLog, service: 'orders', port: 8 };
    const registration = keepRegistered(options);
    const deadline = Date.now() + 2_000;
    while (!registration.isRegistered() && Date.now() < deadline) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await registration.stop();
    const checks = asked
      .filter(({ path }) => path.endsWith('/register'))
      .map(({ body }) => (body as { Check: object }).Check);
    expect(checks.map((check) => 'TLSServerName' in check)).toEqual([true, false]);
    expect(checks[1]).toMatchObject({ TLSSkipVerify: false });
  });
});
