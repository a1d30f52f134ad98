import type { ApiAnswer, ApiClient, ApiRequest } from '../../../cli/up/api-client';
import { startCommand } from '../../../cli/up/shown/demonstration';
import { recipeDemonstration } from '../../../cli/up/shown/recipe';

jest.mock('../../../workflows/catalog', () => ({
  catalog: [
    {
      ...{ name: 'book-trip', title: 'Book a trip', roles: ['customer'] },
      fromCaller: { customerId: 'subject' },
    },
  ],
}));
const checked: unknown[] = [];
jest.mock('../../../workflows/recipes', () => ({
  recipes: [
    {
      saga: 'book-trip',
      prepare: async (world: { name: string; post: (path: string, body: object) => unknown }) => {
        await world.post('/hotels', { hotel: world.name });
        return { tripId: world.name, customerId: 'somebody', item: 'it’s' };
      },
      check: async (_world: unknown, run: unknown) => {
        checked.push(run);
        return [];
      },
    },
  ],
}));

const token = `x.${Buffer.from(JSON.stringify({ sub: 'alice-id' })).toString('base64url')}.y`;

/** A gateway that takes everything, and completes sagas at the second look. */
function openApi() {
  const asked: (readonly [string, ApiRequest | undefined])[] = [];
  let looks = 0;
  const answer = (status: number, body: Record<string, unknown>, location: string | null = null) =>
    ({ status, body, location, replayed: false, cache: null, retryAfter: null }) as ApiAnswer;
  const api: ApiClient = {
    async call(path, request) {
      asked.push([path, request]);
      if (path === '/sagas/book-trip') return answer(202, { id: 'book-trip:1' }, '/sagas/1');
      if (path !== '/sagas/1') return answer(201, {});
      looks += 1;
      return answer(200, { state: looks < 2 ? 'running' : 'completed', steps: [] });
    },
    token: async () => token,
    forgetTokens: () => {},
    close: async () => {},
  };
  return { api, asked };
}

test('the first saga is prepared by its recipe, run by who may start it, and judged', async () => {
  const { api, asked } = openApi();
  const lines: string[] = [];
  const sagas = await recipeDemonstration.run(api, (line) => lines.push(line));
  expect(sagas).toMatchObject([{ name: 'Book a trip', id: 'book-trip:1', outcome: 'completed' }]);
  expect(lines).toEqual([]);
  expect(asked.map(([path]) => path)).toEqual([
    '/hotels',
    '/sagas/book-trip',
    '/sagas/1',
    '/sagas/1',
  ]);
  const body = asked[1]?.[1]?.body as Record<string, unknown>;
  expect(Object.keys(body)).toEqual(['tripId', 'item']);
  expect(checked).toEqual([{ input: { ...body, customerId: 'alice-id' }, outcome: 'completed' }]);
});

test('what it proposes is one request that nobody has sent yet', async () => {
  const { api } = openApi();
  const at = { curl: 'curl', gateway: 'https://localhost:1' };
  const [first, second] = [
    await recipeDemonstration.tryNext(api, at),
    await recipeDemonstration.tryNext(api, at),
  ];
  expect(first?.username).toBe('alice');
  expect(first?.commands[0]).toContain('https://localhost:1/sagas/book-trip');
  expect(first?.commands[0]).not.toBe(second?.commands[0]);
});

test('an apostrophe in a body does not end the argument of the shell', () => {
  const request = { saga: 's', key: 'k', body: { name: "it's" } };
  const command = startCommand({ curl: 'curl', gateway: 'https://x' }, request);
  expect(command).toMatch(/-d '\{"name":"it'\\''s"\}'$/);
});
