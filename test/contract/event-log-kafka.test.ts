import { readFileSync } from 'node:fs';
import { connectLog } from '../../platform/event-log/kafka';
import type { LogMessage } from '../../platform/event-log/ports';
import { silentLog } from '../../platform/runtime/log';
import { readCredentials } from '../../platform/security/tls';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { configFor } from '../support/world';

let world: LogWorld;
let topic: string;

beforeAll(async () => {
  world = await openLogWorld();
  topic = await world.createTopic('payments');
});
afterAll(() => world.close());

const timeoutMs = 10_000;
const message = (key: string, value = '{}'): LogMessage => ({ key, value, headers: { h: 'ä' } });

describe('the log on Kafka', () => {
  test('keeps what is appended, in order and in the partition the caller named', async () => {
    const { writer } = world.logAs('payments');
    await writer.append(topic, 2, [message('a', '{"n":1}'), message('a', '{"n":2}')], timeoutMs);
    await writer.append(topic, 2, [message('b')], timeoutMs);
    const records = await world.records(topic);
    expect(records.map(({ partition, value }) => [partition, value])).toEqual([
      [2, '{"n":1}'],
      [2, '{"n":2}'],
      [2, '{}'],
    ]);
    expect(records[0]).toMatchObject({ key: 'a', offset: '0', headers: { h: 'ä' } });
    const marks = await world.logAs('projector').marks(topic);
    expect(marks.map(({ high }) => high)).toEqual([0n, 0n, 3n]);
  });

  test('says that it will never take a message that is too large, and goes on', async () => {
    const { writer } = world.logAs('payments');
    const large = message('a', 'x'.repeat(2_000_000));
    await expect(writer.append(topic, 0, [large], timeoutMs)).rejects.toMatchObject({
      code: 'RECORD_REFUSED',
    });
    await writer.append(topic, 0, [message('a')], timeoutMs);
  });

  test('refuses a service that has no right to the topic', async () => {
    const { writer } = world.logAs('orders');
    await expect(writer.append(topic, 0, [message('a')], timeoutMs)).rejects.toMatchObject({
      code: 'LOG_FORBIDDEN',
    });
  });

  test('names a topic that is not there', async () => {
    const eventLog = world.logAs('projector');
    await expect(eventLog.marks('service-events.nowhere')).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
    });
  });

  test('lets only one send at a time into a partition', async () => {
    const { writer } = world.logAs('payments');
    const first = writer.append(topic, 1, [message('a')], timeoutMs);
    await expect(writer.append(topic, 1, [message('b')], timeoutMs)).rejects.toMatchObject({
      code: 'APPEND_OVERLAPS',
    });
    await first;
  });

  test('gives up at the deadline, with an unknown outcome, and works again afterwards', async () => {
    const { writer } = world.logAs('payments');
    await expect(writer.append(topic, 1, [message('a')], 1)).rejects.toMatchObject({
      code: 'LOG_TIMEOUT',
    });
    await eventually(() => writer.append(topic, 1, [message('c')], timeoutMs));
  });

  test('shows the certificate that stands in the file at each connect', async () => {
    const config = configFor('payments');
    let asked = 0;
    const eventLog = connectLog({
      brokers: config.HOLDFAST_KAFKA_BROKERS,
      clientId: 'rotating',
      log: silentLog,
      credentials: () => {
        asked += 1;
        if (asked > 1) return readCredentials(config);
        const other = configFor('orders');
        return { ...readCredentials(config), cert: readFileSync(other.HOLDFAST_CERT_FILE) };
      },
    });
    await expect(eventLog.writer.connect(timeoutMs)).rejects.toMatchObject({
      code: 'LOG_UNAVAILABLE',
    });
    await eventLog.writer.append(topic, 1, [message('d')], timeoutMs);
    expect(asked).toBeGreaterThan(1);
    await eventLog.close();
  });
});
