import { randomUUID } from 'node:crypto';
import { encodeEvent } from '../../platform/event-log/envelope';
import { contentHashOf } from '../../platform/outbox/stamp';
import { parseConfig } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { letterSealing } from '../../projections/letters/sealing';
import type { LetterSealing } from '../../projections/letters/sealing';
import type { AttackTarget } from './attack';
import type { Hoard, Item } from './hoards';
import { rawLetters } from './raw-letters';
import type { RawLetters } from './raw-letters';
import { askUnder, leafOfProcess } from './wire';

const topic = 'of-an-attack';

function orderOf(orderId: string, amountCents: number | string) {
  const lines = [{ sku: 'attack-lamp', quantity: 1 }];
  return { orderId, customerId: 'frank', amountCents, currency: 'EUR', lines, heldBy: 'an-attack' };
}

/** A dead letter of an event that no writer could have sent, sealed as the projector seals them; answers its id. */
async function park(rows: RawLetters, sealing: LetterSealing, orderId: string): Promise<string> {
  const [aggregateId, time] = [`order/${orderId}`, new Date().toISOString()];
  const content = {
    ...{ aggregateId, seq: 1, type: 'order.opened', schema: '1.0', time },
    data: orderOf(orderId, 'much'),
  };
  const event = { ...content, slot: 0, contentHash: contentHashOf(content) };
  const { key, value, headers } = encodeEvent(event, { service: 'orders', recordedTime: time });
  const at = {
    ...{ projection: 'order-status', topic, partition: 0, log_offset: await rows.nextOffset() },
    ...{ aggregate_id: aggregateId, seq: 1, hash: event.contentHash, message_key: key },
  };
  return rows.insert(at, sealing.seal(at, { payload: value, headers }));
}

function editor({ api }: AttackTarget, id: string, orderId: string) {
  return async (amountCents: number): Promise<void> => {
    const body = { payload: orderOf(orderId, amountCents), reason: 'an attack is prepared' };
    const { status, body: answer } = await api.call(`/dead-letters/${id}/edit`, {
      ...{ token: await api.token('olga'), idempotencyKey: randomUUID(), body },
    });
    if (status >= 300) throw new Error(`an edit: ${status} ${JSON.stringify(answer)}`);
  };
}

/**
 * The dead letters of read models in the hands of somebody who may write to their database: two letters, each edited by
 * an operator, the first twice. What is attacked is the edit. They are gone when it is closed.
 */
export async function openLetterHoard(target: AttackTarget): Promise<Hoard> {
  const config = parseConfig(target.environmentFor('projector'));
  const keys = openKeyring(config, { log: silentLog });
  const own = ['readmodels', config.HOLDFAST_INSTANCE] as const;
  const sealing = letterSealing({ vault: keys.vault('letters'), own });
  const rows = await rawLetters(config, topic);
  const itemOf = (id: string): Item => ({
    kept: async () => String(await rows.edited(id)),
    put: (value) => rows.setEdited(id, typeof value === 'string' ? value : JSON.stringify(value)),
    read: async () =>
      askUnder(target, {
        url: `https://localhost:${config.HOLDFAST_HTTP_PORT}/dead-letters/${id}`,
        leaf: leafOfProcess(target, 'gateway'),
        headers: { authorization: `Bearer ${await target.api.token('olga')}` },
      }),
  });
  const close = async () => void (await Promise.all([rows.close(), keys.close()]));
  try {
    await keys.ready();
    const orders = [randomUUID(), randomUUID()] as const;
    const first = await park(rows, sealing, orders[0]);
    const second = await park(rows, sealing, orders[1]);
    const edit = editor(target, first, orders[0]);
    await edit(100);
    await editor(target, second, orders[1])(200);
    const older = await itemOf(first).kept();
    await edit(300);
    const items = [itemOf(first), itemOf(second)] as const;
    return { service: 'projector', store: 'dead letters', items, older, close };
  } catch (error) {
    await close();
    throw error;
  }
}
