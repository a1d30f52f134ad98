import { randomUUID } from 'node:crypto';
import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { apiClient } from '../support/world';

type Body = Record<string, unknown>;

const api = apiClient();
let shop: Shop;

beforeAll(async () => {
  shop = await openShop({ api, customer: 'carol' });
});
afterAll(() => api.close());

const payment = (change: Body) => (body: Body) => ({
  ...body,
  payment: { ...(body.payment as Body), ...change },
});
const lines = (make: (line: Body) => unknown[]) => (body: Body) => ({
  ...body,
  lines: make((body.lines as Body[])[0] ?? {}),
});

const cases: readonly (readonly [string, (body: Body) => unknown, string])[] = [
  ['an unknown field', (body) => ({ ...body, discount: 10 }), '/discount'],
  ['an order id that is a number', (body) => ({ ...body, orderId: 7 }), '/orderId'],
  ['a missing order id', ({ orderId: _, ...body }) => body, '/orderId'],
  ['a negative amount', payment({ amountCents: -1 }), '/payment/amountCents'],
  ['a huge amount', payment({ amountCents: 1e15 }), '/payment/amountCents'],
  ['an amount with a fraction', payment({ amountCents: 10.5 }), '/payment/amountCents'],
  ['a currency nobody knows', payment({ currency: 'XXX' }), '/payment/currency'],
  ['another currency than the product', payment({ currency: 'USD' }), '/payment/currency'],
  ['no lines', lines(() => []), '/lines'],
  ['1,000 lines', lines(() => manyLines()), '/lines'],
  ['an unknown product', lines((line) => [{ ...line, sku: 'no-such' }]), '/lines/0/sku'],
  ['the same product twice', lines((line) => [line, line]), '/lines/1/sku'],
  ['a quantity of zero', lines((line) => [{ ...line, quantity: 0 }]), '/lines/0/quantity'],
  ['an operator in place of text', (body) => ({ ...body, orderId: { $gt: '' } }), '/orderId'],
];

function manyLines(): Body[] {
  return Array.from({ length: 1_000 }, (_, index) => ({ sku: `s${index}`, quantity: 1 }));
}

describe('a request that cannot be right', () => {
  it.each(cases)('with %s is refused with a pointer to the field', async (_, change, pointer) => {
    const idempotencyKey = randomUUID();
    const answer = await shop.placeOrder({ change, idempotencyKey });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.code).toMatch(/^[A-Z][A-Z_]+$/);
    expect(JSON.stringify(answer.body)).toContain(`"${pointer}"`);
    const corrected = await shop.placeOrder({ idempotencyKey });
    expect([corrected.status, corrected.replayed]).toEqual([202, false]);
    await shop.outcomeOf(String(corrected.location));
  });

  it('is refused when it is not JSON, and when it is 10 MB', async () => {
    const broken = await shop.placeOrder({ change: () => '{"orderId": ' });
    expect(broken).toMatchObject({ status: 400, body: { code: 'BODY_NOT_JSON' } });
    const huge = await shop.placeOrder({ change: () => ({ pad: 'x'.repeat(10_000_000) }) });
    expect(huge).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
  });

  it('is refused without an Idempotency-Key', async () => {
    const answer = await api.call('/sagas/place-order', {
      token: await shop.customerToken(),
      body: {},
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'IDEMPOTENCY_KEY_MISSING' } });
  });

  it('is refused for a saga nobody wrote and a route nobody declared', async () => {
    const token = await shop.customerToken();
    const saga = await api.call('/sagas/teleport', { token, body: {}, idempotencyKey: 'x' });
    expect(saga).toMatchObject({ status: 404, body: { code: 'SAGA_UNKNOWN' } });
    const route = await api.call('/nowhere', { token });
    expect(route).toMatchObject({ status: 404, body: { code: 'ROUTE_UNKNOWN' } });
  });
});
