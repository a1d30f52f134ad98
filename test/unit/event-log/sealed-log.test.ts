import { decodeEvent } from '../../../platform/event-log/envelope';
import type { EventLog } from '../../../platform/event-log/kafka';
import type { LogMessage, LogRecord } from '../../../platform/event-log/ports';
import {
  openRecord,
  refusedContentType,
  sealMessage,
  sealedContentType,
  sealedLog,
} from '../../../platform/event-log/sealed-log';
import { testVault } from '../../support/vault';

const orders = testVault('events-orders-1');

function messageOf(id: string, value: string, more: Record<string, string> = {}): LogMessage {
  const headers = { ce_source: `/services/orders/${id}`, ce_id: `${id}:1`, ...more };
  return { key: id, value, headers: { ...headers, 'content-type': 'application/json' } };
}

const record = (message: LogMessage): LogRecord => ({
  ...message,
  ...{ topic: 'service-events.orders', partition: 0, offset: '7' },
});

const plain = messageOf('order/1', '{"sku":"canary"}', { ce_steprecord: '{"result":"canary"}' });

describe('sealed log', () => {
  it('hides value and step record, and keeps what a broker and an operator need', () => {
    const sealed = sealMessage(plain, orders);
    expect(JSON.stringify(sealed)).not.toContain('canary');
    expect(sealed).toMatchObject({ key: 'order/1', headers: { ce_id: 'order/1:1' } });
    expect(sealed.headers['content-type']).toBe(sealedContentType);
  });

  it('gives readers the very message again, at whatever offset it stands', () => {
    const sealed = sealMessage(plain, orders);
    for (const offset of ['0', '99']) {
      expect(openRecord({ ...record(sealed), offset }, orders)).toMatchObject(plain);
    }
  });

  it.each([
    [
      'moved to another event',
      (sealed: LogMessage) => ({ ...messageOf('order/2', ''), value: sealed.value }),
    ],
    ['under another key', (sealed: LogMessage) => ({ ...sealed, key: 'order/2' })],
    [
      'with another step record',
      (sealed: LogMessage) => withImage(sealed, 'hf1.events-orders-1.AAAA'),
    ],
    ['with a step record in plaintext', (sealed: LogMessage) => withImage(sealed, '{}')],
    [
      'with a step record for a value',
      (sealed: LogMessage) => ({ ...sealed, value: sealed.headers.ce_steprecord ?? '' }),
    ],
  ])('refuses a value %s, and stops nobody', (_name, change) => {
    const sealed = sealMessage(plain, orders);
    const changed = change(sealed);
    const headers = { ...changed.headers, 'content-type': sealedContentType };
    const read = openRecord(record({ ...changed, headers }), orders);
    expect(read.headers['content-type']).toBe(refusedContentType);
    expect(() => decodeEvent(read)).toThrow('ENVELOPE_INVALID');
    expect(JSON.stringify(read)).not.toContain('canary');
  });

  it('refuses plaintext', () => {
    expect(openRecord(record(plain), orders).headers['content-type']).toBe(refusedContentType);
  });

  it('comes back to a record whose key is not known yet', () => {
    const sealed = sealMessage(plain, testVault('events-orders-2'));
    expect(() => openRecord(record(sealed), orders)).toThrow('KEYS_UNAVAILABLE');
  });

  it('seals copies of broken messages too', () => {
    const broken: LogMessage = { key: 'unknown/1', value: 'canary', headers: {} };
    const sealed = sealMessage(broken, orders);
    expect(JSON.stringify(sealed)).not.toContain('canary');
    expect(openRecord(record(sealed), orders).value).toBe('canary');
  });
});

describe('the log of a process', () => {
  it('takes the key by the topic, waits for it, and sends nothing without', async () => {
    const asked: string[] = [];
    const sent: string[] = [];
    let away = true;
    const keys = {
      vault: (purpose: string) => {
        asked.push(purpose);
        return orders;
      },
      ready: () => (away ? Promise.reject(new Error('away')) : Promise.resolve()),
    };
    const writer = {
      append: async (topic: string, _partition: number, messages: readonly LogMessage[]) =>
        void sent.push(topic, ...messages.map(({ value }) => value)),
    };
    const log = sealedLog({ writer } as unknown as EventLog, { keys, instance: 'x' });
    const send = (topic: string) => log.writer.append(topic, 0, [plain], 1_000);
    await expect(send('service-events.orders-x')).rejects.toThrow('away');
    expect(sent).toEqual([]);
    away = false;
    await send('service-events.orders-x');
    await send('service-events.dead-letter-x');
    expect(asked).toEqual(['events.orders', 'events.orders', 'letters']);
    expect(sent.join()).not.toContain('canary');
  });
});

function withImage(sealed: LogMessage, image: string): LogMessage {
  return { ...sealed, headers: { ...sealed.headers, ce_steprecord: image } };
}
