import { randomUUID } from 'node:crypto';
import { until } from '../../cli/up/api-client';
import type { ApiAnswer, ApiClient } from '../../cli/up/api-client';

/** A dispute of an order's payment, as the card provider's notice is entered. */
export async function disputePayment(
  api: ApiClient,
  orderId: string,
  disputeId = 'dispute-1',
): Promise<ApiAnswer> {
  return api.call(`/payments/${orderId}/disputes`, {
    token: await api.token('adam'),
    body: { disputeId, reason: 'NOT_RECEIVED' },
    idempotencyKey: randomUUID(),
  });
}

/** Waits until the order was returned and its return is completed; answers every return there is of the order. */
export async function returnsOf(api: ApiClient, orderId: string): Promise<readonly unknown[]> {
  await until(`order ${orderId} to be returned`, 120_000, async () => {
    const { body } = await api.call(`/orders/${orderId}`, { token: await api.token('adam') });
    return body.status === 'returned' ? body : undefined;
  });
  return until(`the return of ${orderId} in the list`, 60_000, async () => {
    const token = await api.token('olga');
    const { body } = await api.call('/sagas?saga=return-order&limit=100', { token });
    const all = (body.sagas ?? []) as { businessKey: string; state: string }[];
    const ours = all.filter(({ businessKey }) => businessKey === orderId);
    return ours.some(({ state }) => state === 'completed') ? ours : undefined;
  });
}
