import { startProjector } from '../../platform/event-log/projector';
import { startRelay } from '../../platform/event-log/relay';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { encodeEvent } from '../../platform/event-log/envelope';
import { eventTopic } from '../../platform/event-log/topics';
import { silentLog } from '../../platform/runtime/log';
import { projections } from '../../projections';
import { auditAll } from '../../projections/audit';
import type { AuditReport } from '../../projections/audit';
import { customerOrders } from '../../projections/customer-orders';
import { orderStatus } from '../../projections/order-status';
import { openReadModel } from '../../projections/read-model';
import { anEvent } from '../support/events';
import { openKeyStoreWorld } from '../support/key-store';
import type { KeyStoreWorld } from '../support/key-store';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { memoryOutbox } from '../support/memory-outbox';
import { placedOrder } from '../support/order-histories';
import { eventually } from '../support/eventually';
import { testKeys } from '../support/test-keys';
import { configFor } from '../support/world';

const writers = {
  orders: 'orders',
  payments: 'payments',
  inventory: 'inventory',
  sagas: 'orchestrator',
};
const history = [...placedOrder('o-1', 'completed'), ...placedOrder('o-2', 'declined')].flat();

let world: LogWorld;
let keyStore: KeyStoreWorld;
const running: { stop(): Promise<void> }[] = [];
const outboxes = Object.keys(writers).map((service) => ({
  service,
  ...memoryOutbox(
    history.filter((event) => event.service === service).map((event) => anEvent(event)),
  ),
}));

beforeAll(async () => {
  keyStore = await openKeyStoreWorld();
  world = await openLogWorld({ keysUrl: () => keyStore.url() });
  const store = world.openStore();
  await store.migrate(projections);
  for (const { service, source } of outboxes) {
    const topic = await world.createTopic(service);
    const { writer } = world.logAs(writers[service as keyof typeof writers]);
    const told = { service, source, writer, topic, partitions: 3, owner: 'test', log: silentLog };
    running.push(startRelay(told));
  }
  for (const projection of projections) {
    running.push(
      startProjector({
        ...{ projection, store, eventLog: world.logAs('projector'), log: silentLog },
        topics: projection.services.map((service) => eventTopic(service, world.instance)),
        groupId: `projector-${world.instance}-${projection.name}`,
        schemas: loadSchemas(),
      }),
    );
  }
});
afterAll(async () => {
  await Promise.all(running.map((part) => part.stop()));
  await world.close();
  await keyStore.close();
});

function audit(settleMs = 30_000): Promise<AuditReport> {
  const services = outboxes.map(({ service, source }) => ({ name: service, source }));
  const own = configFor('projector', world.instance);
  const config = { ...own, HOLDFAST_KEYS_URL: keyStore.url() };
  return auditAll({ services, settleMs, log: silentLog, config });
}

describe('two orders, one placed and one turned back, through log and read models', () => {
  test('leave nothing lost, doubled or different', async () => {
    const report = await audit();
    expect(report.violations).toEqual([]);
    // What the broker does not acknowledge in time is sent again: counted, and no fault.
    expect(report.events).toEqual({
      ...{ published: history.length, projected: history.length },
      repeats: expect.any(Number) as number,
    });
  });

  test('are found by order, by customer and by saga', async () => {
    const model = openReadModel(configFor('projector', world.instance), testKeys);
    expect((await model.row(orderStatus, 'o-1')).value).toMatchObject({
      ...{ status: 'confirmed', incomplete: false, payment: { status: 'captured' } },
      asOf: expect.stringMatching(/^2026-/) as string,
    });
    expect((await model.row(orderStatus, 'o-9')).value).toBeUndefined();
    const first = await model.rows(customerOrders, { customerId: 'ada' }, { limit: 1 });
    const second = await model.rows(
      customerOrders,
      { customerId: 'ada' },
      { limit: 1, after: first.next! },
    );
    expect([...first.items, ...second.items].map(({ orderId }) => orderId).sort()).toEqual([
      'o-1',
      'o-2',
    ]);
    expect(second.next).toBeUndefined();
    expect(await model.sagaByWorkflowId('place-order-o-2')).toMatchObject({
      ...{ state: 'compensated', reason: 'CARD_DECLINED', incomplete: false },
    });
    const { items } = await model.sagas({ owner: 'ada', state: 'completed', limit: 10 });
    expect(items.map(({ workflowId }) => workflowId)).toEqual(['place-order-o-1']);
    await expect(model.sagas({ limit: 1, after: 'x' })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    });
    expect((await model.lag()).every(({ records, halt }) => records === 0 && !halt)).toBe(true);
    await model.close();
  });

  test('show it when an event is in the log that no table knows, or in a table and not in the log', async () => {
    const { writer } = world.logAs('orders');
    const forged = anEvent({ aggregateId: 'order/forged', type: 'order.noted' });
    const context = { service: 'orders', recordedTime: new Date().toISOString() };
    const topic = eventTopic('orders', world.instance);
    await writer.append(topic, forged.slot, [encodeEvent(forged, context)], 10_000);
    await running.shift()?.stop();
    outboxes[0]!.add([anEvent({ aggregateId: 'order/late', type: 'order.noted' })]);
    const { violations } = await audit(500);
    await eventually(() =>
      expect(violations.map(({ code, subject }) => [code, subject])).toEqual(
        expect.arrayContaining([
          ['NOT_IN_TABLE', 'order/forged:1'],
          ['NOT_IN_LOG', 'order/late:1'],
          ['NOT_PUBLISHED', 'order/late:1'],
        ]),
      ),
    );
  });
});
