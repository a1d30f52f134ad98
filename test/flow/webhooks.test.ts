import { randomUUID } from 'node:crypto';
import { openShop } from '../../cli/chaos/shop';
import { until } from '../../cli/up/api-client';
import { isGenuine, startReceiver } from '../support/receiver';
import { apiClient } from '../support/world';

const api = apiClient();
afterAll(() => api.close());

it('an order is told to its customer’s webhook, again until it is taken, and under one id', async () => {
  const receiver = await startReceiver();
  try {
    const shop = await openShop({ api, customer: 'bob', received: 5 });
    const token = await shop.customerToken();
    const post = (path: string, body: object) =>
      api.call(path, { token, idempotencyKey: randomUUID(), body });
    const refused = await post('/webhooks', { url: 'https://127.0.0.1/' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'WEBHOOK_ADDRESS_REFUSED' } });
    const made = await post('/webhooks', { url: receiver.url, sagas: ['place-order'] });
    expect(made.status).toBe(201);
    const { id, secret } = made.body as { id: string; secret: string };

    const later = { status: 503, headers: { 'retry-after': '1' } };
    receiver.answers(later, later);
    const orderId = `webhook-${randomUUID().slice(0, 8)}`;
    const placed = await shop.placeOrder({ orderId });
    expect(await shop.outcomeOf(String(placed.location))).toMatchObject({ state: 'completed' });

    const path = `/webhooks/${id}/deliveries`;
    const [told] = await until('the delivery', 30_000, async () => {
      const { body } = await api.call(`${path}?state=delivered`, { token });
      const list = body.deliveries as { id: string; attempts: number; lastStatus: number }[];
      return list.length > 0 ? list : undefined;
    });
    expect(told).toMatchObject({ attempts: 3, lastStatus: 204 });
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array(3).fill(told?.id),
    );
    expect(receiver.received.map((one) => isGenuine(secret, one))).toEqual([true, true, true]);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
      type: 'saga.completed',
      timestamp: expect.any(String) as string,
      data: {
        ...{ id: placed.body.id, saga: 'place-order', state: 'completed', businessKey: orderId },
        path: placed.location,
      },
    });
    const foreign = await api.call(path, { token: await api.token('alice') });
    expect(foreign.status).toBe(404);
    await api.call(`/webhooks/${id}`, { token, method: 'DELETE' });
  } finally {
    receiver.close();
  }
});
