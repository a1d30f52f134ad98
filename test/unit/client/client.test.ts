import { createHoldfast } from '../../../client/client';
import { ask } from '../http/in-process';
import { openGateway } from '../gateway/world';

const order = {
  orderId: 'o-1',
  lines: [{ sku: 'tea', quantity: 1 }],
  payment: { amountCents: 500, currency: 'EUR' as const },
};
const once = { params: { header: { 'Idempotency-Key': 'k-1' } } };

/** Answers of the real gateway, in memory; `lose` says which requests get another answer, or none, first. */
function overGateway(lose: (request: Request, tries: number) => Response | Error | undefined) {
  const { app, world } = openGateway();
  const seen: { readonly key: string | null; readonly lost: boolean }[] = [];
  const waits: number[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const lost = lose(request, seen.length);
    seen.push({ key: request.headers.get('idempotency-key'), lost: lost !== undefined });
    if (lost instanceof Error) throw lost;
    if (lost !== undefined) return lost;
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    const {
      status,
      headers,
      text: body,
    } = await ask(app, {
      ...{ method: request.method, path: pathname + search },
      headers: Object.fromEntries(request.headers),
      ...(text === '' ? {} : { body: text }),
    });
    return new Response(status === 204 ? null : body, { status, headers });
  };
  const client = createHoldfast({
    ...{ baseUrl: 'https://gateway.test', fetch, token: async () => 'ann:customer' },
    pause: (ms) => Promise.resolve(void waits.push(ms)),
  });
  return { client, seen, waits, world };
}

const nothingLost = () => undefined;
const busy = (seconds: string) =>
  Response.json({ code: 'OVERLOADED' }, { status: 503, headers: { 'retry-after': seconds } });

describe('a typed client', () => {
  test('starts a saga and looks at it', async () => {
    const { client } = overGateway(nothingLost);
    const { data } = await client.POST('/sagas/place-order', { ...once, body: order });
    expect(data?.state).toBe('starting');
    const found = await client.GET('/sagas/{id}', { params: { path: { id: data?.id ?? '' } } });
    expect(found.data?.businessKey).toBe('o-1');
  });

  test('what is wrong comes back as a problem with its code', async () => {
    const { client } = overGateway(nothingLost);
    const { error, response } = await client.GET('/sagas/{id}', { params: { path: { id: 'no' } } });
    expect([response.status, error?.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('a write is sent again under the same key when its answer was lost, and done once', async () => {
    const { client, seen, world } = overGateway((_request, tries) =>
      tries === 0 ? new TypeError('fetch failed') : undefined,
    );
    const { data } = await client.POST('/sagas/place-order', { ...once, body: order });
    expect(data?.state).toBe('starting');
    expect(seen.map(({ lost }) => lost)).toEqual([true, false]);
    expect(seen.map(({ key }) => key)).toEqual(['k-1', 'k-1']);
    expect(world.started.size).toBe(1);
  });

  test('it comes back when it is told to, and gives up with the last answer', async () => {
    const { client, waits, seen } = overGateway(() => busy('2'));
    const { response, error } = await client.POST('/sagas/place-order', { ...once, body: order });
    expect([response.status, (error as { code: string }).code]).toEqual([503, 'OVERLOADED']);
    expect(waits.every((ms) => ms === 2_000)).toBe(true);
    expect(waits).toHaveLength(14);
    expect(seen).toHaveLength(15);
  });

  test('a write without a key is not sent again, since it might be done twice', async () => {
    const { client, seen } = overGateway(() => new TypeError('fetch failed'));
    const asked = client.POST('/sagas/bulk', {
      body: {} as never,
      params: { header: {} as never },
    });
    await expect(asked).rejects.toThrow('fetch failed');
    expect(seen).toHaveLength(1);
  });

  test('a refusal is no reason to ask again', async () => {
    const { client, seen } = overGateway(nothingLost);
    await client.POST('/sagas/place-order', { ...once, body: { ...order, lines: [] } });
    expect(seen).toHaveLength(1);
  });

  test('what the description does not have does not compile', () => {
    const { client } = overGateway(nothingLost);
    const wrong = (): unknown => [
      // @ts-expect-error there is no such path
      client.GET('/orders/{id}/everything'),
      // @ts-expect-error the body lacks its lines and its payment
      client.POST('/sagas/place-order', { ...once, body: { orderId: 'o-1' } }),
      // @ts-expect-error a key is required
      client.POST('/sagas/place-order', { body: order }),
      // @ts-expect-error a state that is none
      client.GET('/sagas', { params: { query: { state: 'lost' } } }),
    ];
    expect(typeof wrong).toBe('function');
  });
});
