import { encodeEvent } from '../../platform/event-log/envelope';
import type { Keyring } from '../../platform/security/keys/vault';
import { letterSealing } from '../../projections/letters/sealing';
import type { ReadModelStore } from '../../projections/store';
import { anEvent } from './events';

/** What an order is that was just opened. */
export const openedOrder = (orderId: string) => ({
  ...{ orderId, customerId: 'grace', amountCents: 1_200, currency: 'EUR' },
  lines: [{ sku: 'tea', quantity: 1 }],
  heldBy: 'a-test',
});

/** An event that no writer of ours could have sent, as the projector parks it; answers the id of the letter. */
export async function parkLetter(
  { keys, store }: { readonly keys: Keyring; readonly store: Pick<ReadModelStore, 'ask'> },
  { orderId, offset }: { readonly orderId: string; readonly offset: number },
): Promise<string> {
  const aggregateId = `order/${orderId}`;
  const data = { ...openedOrder(orderId), amountCents: 'much' };
  const event = anEvent({ aggregateId, type: 'order.opened', data });
  const context = { service: 'orders', recordedTime: new Date().toISOString() };
  const { key, value, headers } = encodeEvent(event, context);
  await keys.ready();
  const sealing = letterSealing({ vault: keys.vault('letters'), own: ['readmodels', ''] });
  const at = {
    ...{ projection: 'order-status', topic: 'of-a-test', partition: 0 },
    ...{ log_offset: String(offset), aggregate_id: aggregateId, seq: 1 },
    ...{ hash: event.contentHash, message_key: key },
  };
  const sealed = sealing.seal(at, { payload: value, headers });
  const [row] = await store.ask<{ id: string }>(
    `insert into dead_letters (projection, topic, partition, log_offset, aggregate_id, seq, hash,
       reason, detail, message_key, payload, headers, row_keys, copied_at)
     values ('order-status', 'of-a-test', 0, $7, $1, 1, $2, 'SCHEMA_INVALID', 'not a number', $3,
       $4, $5, array[$6], now()) returning id`,
    [
      ...[aggregateId, event.contentHash, key, sealed.payload, JSON.stringify(sealed.headers)],
      ...[orderId, offset],
    ],
  );
  return String(row?.id);
}
