import { openShop } from '../../cli/chaos/shop';
import { gatewayOf } from '../../cli/up/api-client';
import { apiClient, environmentFor } from '../support/world';
import { runSchemathesis } from '../support/schemathesis';

/** Whoever asks, and whether for what is there or for drawn ids; all of them with `HOLDFAST_TEST_API=all`. */
const sample = [['adam', 'what is there']] as const;
const people = ['adam', 'alice', 'olga', 'vera'] as const;
const everything = people.flatMap((name) => [
  [name, 'what is there'] as const,
  [name, 'anything'] as const,
]);
const isFull = process.env.HOLDFAST_TEST_API === 'all';
const drawing = isFull
  ? ({ phases: ['examples', 'coverage', 'fuzzing'], examples: 30 } as const)
  : ({ phases: ['examples', 'coverage'], examples: 1 } as const);
const seed = Number(process.env.HOLDFAST_TEST_SEED ?? 1);

// Alone: what operators may do to many sagas at once is asked for as well.
jest.setTimeout(isFull ? 1_200_000 : 600_000);

/** A stream that ends with its token; `flow/console` and the attack S12 ask for it. */
const endless = ['/overview/events'];

const api = apiClient();
const { gatewayUrl: url, caFile } = gatewayOf(environmentFor);
let known: Readonly<Record<string, string>>;
let operationIds: readonly string[];

beforeAll(async () => {
  const shop = await openShop({ api, customer: 'alice' });
  const orderId = `api-${shop.sku}`;
  const started = await shop.placeOrder({ orderId });
  await shop.outcomeOf(String(started.location));
  const id = decodeURIComponent(String(started.location).slice('/sagas/'.length));
  known = { id, orderId, sku: shop.sku, customerId: shop.customerId, name: 'no-such-saga' };
  const { paths } = (await api.call('/openapi.json')).body as { paths: Record<string, object> };
  // The document itself is read once, before anything else.
  const left = ['/openapi.json', ...endless];
  const asked = Object.entries(paths).filter(([path]) => !left.includes(path));
  operationIds = asked.flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
});
afterAll(() => api.close());

test.each(isFull ? everything : sample)(
  '%s asks for %s: every answer is as the document says, and none is a 5xx',
  async (name, what) => {
    // One that ends in the middle would have the rest refused before it is looked at.
    api.forgetTokens();
    const run = await runSchemathesis({
      ...{ url, caFile, token: await api.token(name), seed, ...drawing, endless },
      ...(what === 'anything' ? {} : { known }),
    });
    const counts = [...run.statuses].sort(([one], [other]) => one - other);
    const told = counts.map(([status, count]) => `${count} × ${status}`).join(', ');
    process.stderr.write(`  ${name}, ${what}: ${run.requests} requests: ${told}\n`);
    expect(run.problems).toEqual([]);
    expect(operationIds.filter((one) => !run.operations.has(one))).toEqual([]);
    expect(run.requests).toBeGreaterThan(1_000);
    expect(run.statuses.get(200) ?? 0).toBeGreaterThan(10);
    expect(run.statuses.get(401) ?? 0).toBeLessThan(run.requests / 10);
    expect(run.statuses.get(429) ?? 0).toBe(0);
  },
);
