import { effectsOf, inTime, joined } from '../../../console/src/saga/story';
import { at, event, saga, step } from './sagas';

test('effects stand by service with the name of its database, the journal last', () => {
  const events = [
    event(['saga/1', 1], 'saga.started', { service: 'sagas' }),
    event(['payment/o-1', 1], 'payment.requested', { service: 'payments' }),
    event(['order/o-1', 1], 'order.opened', { service: 'orders' }),
    event(['reservation/o-1', 1], 'reservation.made', { service: 'inventory' }),
  ];
  expect(effectsOf(events).map(({ service, database }) => `${service} ${database}`)).toEqual([
    ...['inventory DynamoDB', 'orders MongoDB', 'payments PostgreSQL'],
    'sagas PostgreSQL (journal)',
  ]);
});

test('events of one time stand in the order of their aggregate', () => {
  const later = event(['order/o-1', 2], 'order.confirmed', { time: at(5) });
  const first = event(['order/o-1', 1], 'order.opened', { time: at(5) });
  const before = event(['payment/o-1', 1], 'payment.requested', { time: at(1) });
  expect(inTime([later, first, before])).toEqual([before, first, later]);
});

const view = saga([step('open order', [1, 2])], { state: 'running', awaiting: [] });
const row = saga([step('open order', [1])], {
  ...{ deadlineAt: at(900), acts: [{ verb: 'pause', actor: 'a', reason: 'r', at: at(3) }] },
});

test('the worker tells of the present, the journal what only it knows', () => {
  const now = joined(view, row);
  expect(now?.steps).toEqual(view.steps);
  expect(now).toMatchObject({ deadlineAt: at(900), acts: [{ verb: 'pause' }] });
});

test('an end that only the journal knows yet is an end', () => {
  const ended = { ...row, state: 'completed', finishedAt: at(50) };
  expect(joined({ ...view, paused: true }, ended)).toMatchObject({ state: 'completed' });
});

test('one of the two is enough', () => {
  expect(joined(undefined, row)).toBe(row);
  expect(joined(view, undefined)).toBe(view);
  expect(joined(undefined, undefined)).toBeUndefined();
});
