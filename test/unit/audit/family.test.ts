import { brokenRulesOf, familiesOf } from '../../../platform/audit/family';
import type { LogEvent } from '../../../platform/event-log/envelope';
import { sagaAudits } from '../../../workflows/audits';
import { aLogEvent } from '../../support/log-events';

const [workflowId, orderId] = ['place-order:1', 'o-1'];
const sagaId = `${workflowId}/run`;
const saga = { sagaId, saga: 'place-order', workflowId };
const money = { orderId, customerId: 'ada', amountCents: 1_200, currency: 'EUR' };
const lines = [{ sku: 'tea', quantity: 2 }];
const pieces = { orderId, sku: 'tea', quantity: 2 };

type Told = readonly [service: string, aggregateId: string, type: string, data: LogEvent['data']];

/** Events of one family, each aggregate's numbered in order. */
function told(...events: readonly Told[]): readonly LogEvent[] {
  const seqs = new Map<string, number>();
  return events.map(([service, aggregateId, type, data]) => {
    const seq = (seqs.get(aggregateId) ?? 0) + 1;
    seqs.set(aggregateId, seq);
    return aLogEvent({ service, aggregateId, seq, type, data, sagaId, correlationId: workflowId });
  });
}

const record = (type: string, data: object): Told =>
  [...['sagas', `saga/${workflowId}`, type], { ...saga, ...data }] as unknown as Told;

const placed: readonly Told[] = [
  record('saga.started', { businessKey: orderId }),
  ['orders', 'order/o-1', 'order.opened', { ...money, lines }],
  ['inventory', 'product/tea', 'stock.reserved', pieces],
  ['payments', 'account/ada', 'account.held', money],
  ['payments', 'payment/o-1', 'payment.captured', money],
  ['payments', 'account/ada', 'account.charged', money],
  ['inventory', 'product/tea', 'stock.shipped', pieces],
  ['orders', 'order/o-1', 'order.confirmed', { orderId }],
];
const finished = (outcome: string, steps: object[] = []) =>
  record('saga.finished', { outcome, steps });

function rulesOf(...events: readonly Told[]): readonly string[] {
  return [...familiesOf(told(...events)).values()].flatMap((family) =>
    brokenRulesOf(family, sagaAudits).map(({ rule }) => rule),
  );
}

/** The same with the data of one event changed, or without it. */
const but = (index: number, data?: object): readonly Told[] =>
  placed.flatMap((one, at) => {
    if (at !== index) return [one];
    if (data === undefined) return [];
    const [service, aggregateId, type, was] = one;
    return [[service, aggregateId, type, { ...was, ...data }] as Told];
  });

test('an order that was paid, shipped and confirmed breaks no rule', () => {
  expect(rulesOf(...placed, finished('completed'))).toEqual([]);
});

test.each([
  [
    'captured another amount',
    but(4, { amountCents: 1_201 }),
    ['CAPTURED_EQUALS_CONFIRMED', 'CHARGED_EQUALS_CAPTURED'],
  ],
  [
    'charged another amount',
    but(5, { amountCents: 1_199 }),
    ['CHARGED_EQUALS_CAPTURED', 'HELD_IS_SETTLED'],
  ],
  [
    'shipped another number of pieces',
    but(6, { quantity: 1 }),
    ['RESERVED_IS_SETTLED', 'SHIPPED_EQUALS_CONFIRMED'],
  ],
  [
    'never confirmed it',
    but(7),
    ['CAPTURED_EQUALS_CONFIRMED', 'ORDERS_ARE_SETTLED', 'SHIPPED_EQUALS_CONFIRMED'],
  ],
])('a saga that %s is found', (_title, events, rules) => {
  expect(rulesOf(...events, finished('completed'))).toEqual(rules);
});

test('a saga that turned back leaves nothing held, reserved or open', () => {
  const back: readonly Told[] = [
    ...placed.slice(0, 4),
    ['payments', 'account/ada', 'account.released', money],
    ['inventory', 'product/tea', 'stock.released', pieces],
    ['orders', 'order/o-1', 'order.rejected', { orderId }],
  ];
  expect(rulesOf(...back, finished('compensated'))).toEqual([]);
  expect(rulesOf(...placed.slice(0, 4), finished('compensated'))).toEqual([
    ...['HELD_IS_SETTLED', 'ORDERS_ARE_SETTLED', 'RESERVED_IS_SETTLED'],
  ]);
});

test('a return gives money and goods back together', () => {
  const names = { ...saga, saga: 'return-order' };
  const start: Told = [
    'sagas',
    `saga/${workflowId}`,
    'saga.started',
    { ...names, businessKey: orderId },
  ];
  const back: readonly Told[] = [
    start,
    ['orders', 'order/o-1', 'order.return-requested', { orderId }],
    ['payments', 'payment/o-1', 'payment.refunded', money],
    ['payments', 'account/ada', 'account.refunded', money],
    ['inventory', 'product/tea', 'stock.restocked', pieces],
    ['orders', 'order/o-1', 'order.returned', { orderId }],
  ];
  expect(rulesOf(...back, finished('completed'))).toEqual([]);
  const kept = back.filter(([, , type]) => type !== 'stock.restocked');
  expect(rulesOf(...kept, finished('completed'))).toEqual(['RETURN_IS_WHOLE']);
});

test('what is still running, or was decided by hand, is not judged', () => {
  const wrong = but(4, { amountCents: 1 });
  expect(rulesOf(...wrong)).toEqual([]);
  expect(rulesOf(...wrong, record('saga.acted', { verb: 'skip' }), finished('completed'))).toEqual(
    [],
  );
  expect(rulesOf(...wrong, finished('completed', [{ external: true }]))).toEqual([]);
  const retried = record('saga.acted', { verb: 'retry' });
  expect(rulesOf(...wrong, retried, finished('completed'))).not.toEqual([]);
});

test('a family knows which of its sagas are open, and which wait for a person', () => {
  const parked = record('saga.parked', { step: 'ship stock' });
  const [family] = [...familiesOf(told(...placed, parked)).values()];
  expect(family).toMatchObject({ open: [sagaId], parked: [`${sagaId} ship stock`] });
  const unparked = record('saga.unparked', { step: 'ship stock' });
  const [ended] = [
    ...familiesOf(told(...placed, parked, unparked, finished('completed'))).values(),
  ];
  expect(ended).toMatchObject({ open: [], parked: [], outcome: 'completed' });
});
