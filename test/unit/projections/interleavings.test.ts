import fc from 'fast-check';
import type { LogEvent } from '../../../platform/event-log/envelope';
import type { ReadRow } from '../../../platform/event-log/projector/projection';
import { projections } from '../../../projections';
import { sagaTimeline } from '../../../projections/saga-timeline';
import { timelineView } from '../../../projections/timeline-view';
import { orderStatus } from '../../../projections/order-status';
import { customerOrders } from '../../../projections/customer-orders';
import { aLogEvent, interleave } from '../../support/log-events';
import { placedOrder } from '../../support/order-histories';

function foldAll(name: string, events: readonly LogEvent[]): Map<string, ReadRow> {
  const projection = projections.find((one) => one.name === name)!;
  const rows = new Map<string, ReadRow>();
  for (const event of events.filter(({ service }) => projection.services.includes(service))) {
    for (const key of projection.keys(event)) {
      rows.set(key, projection.fold(rows.get(key), event, key));
    }
  }
  return rows;
}

const outcomes = ['completed', 'declined', 'resumed'] as const;

describe.each(projections.map(({ name }) => name))('%s', (name) => {
  test('comes out the same for every interleaving of the services', () => {
    const turns = fc.infiniteStream(fc.nat(7));
    fc.assert(
      fc.property(fc.constantFrom(...outcomes), turns, (outcome, stream) => {
        const histories = [...placedOrder('o-1', outcome), ...placedOrder('o-2', 'completed')];
        const merged = interleave(histories, () => Number(stream.next().value));
        expect(foldAll(name, merged)).toEqual(foldAll(name, histories.flat()));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the status of an order', () => {
  test('joins what three services say', () => {
    const row = foldAll('order-status', placedOrder('o-1', 'completed').flat()).get('o-1');
    expect(row).toMatchObject({
      ...{ status: 'confirmed', customerId: 'ada', amountCents: 1200, incomplete: false },
      payment: { status: 'captured' },
      stock: { status: 'shipped' },
    });
  });

  test('is marked incomplete while only a payment has arrived', () => {
    const event = aLogEvent({
      aggregateId: 'payment/o-9',
      type: 'payment.captured',
      data: { orderId: 'o-9' },
    });
    expect(orderStatus.fold(undefined, event, 'o-9')).toMatchObject({
      ...{ status: 'unknown', incomplete: true, payment: { status: 'captured' } },
    });
  });
});

describe('the orders of a customer', () => {
  test('an order that nobody opened is a dead letter, not a guess', () => {
    const event = aLogEvent({ type: 'order.confirmed', data: { orderId: 'o-9' } });
    expect(() => customerOrders.fold(undefined, event, 'o-9')).toThrow('before order.opened');
  });
});

describe('the timeline of a saga', () => {
  const timeline = (events: readonly LogEvent[]) => {
    const [row] = [...foldAll(sagaTimeline.name, events).values()];
    return timelineView(row as never);
  };

  test('shows a declined payment as a refused step and the steps before it as undone', () => {
    const view = timeline(placedOrder('o-1', 'declined').flat());
    expect(view).toMatchObject({ state: 'compensated', reason: 'CARD_DECLINED', owner: 'ada' });
    expect(view.steps.map(({ name, status, participant }) => [name, status, participant])).toEqual([
      ['open order', 'undone', 'orders'],
      ['reserve stock', 'undone', 'inventory'],
      ['authorize payment', 'refused', 'payments'],
    ]);
  });

  test('before the end it is compensating as soon as one undo has been seen', () => {
    const events = placedOrder('o-1', 'declined')
      .flat()
      .filter(({ type }) => type !== 'saga.finished');
    expect(timeline(events)).toMatchObject({ state: 'compensating' });
  });

  test('a step done again under a higher epoch counts as done', () => {
    const events = placedOrder('o-1', 'resumed').flat();
    expect(timeline(events).steps).toMatchObject([
      { name: 'open order', status: 'done', epoch: 2 },
      { name: 'reserve stock', status: 'done', epoch: 2 },
    ]);
  });

  test('a parked saga says where and why, until that step is parked no more', () => {
    const [journal = []] = placedOrder('o-1', 'completed');
    const parked = aLogEvent({
      ...{ aggregateId: journal[0]!.aggregateId, seq: 2, service: 'sagas', type: 'saga.parked' },
      data: {
        ...{ sagaId: 'place-order-o-1/run', saga: 'place-order', workflowId: 'place-order-o-1' },
        ...{
          step: 'ship stock',
          direction: 'forward',
          condition: 'unsettled',
          reason: 'STORE_UNAVAILABLE',
        },
      },
    });
    const acted = aLogEvent({
      ...{ ...parked, seq: 3, type: 'saga.acted' },
      data: { ...parked.data, verb: 'retry', actor: 'olga' },
    });
    const before = timeline([journal[0]!, parked]);
    expect(before).toMatchObject({ state: 'parked', parked: [{ step: 'ship stock' }] });
    // A retry of what is unsettled asks again, and the saga is parked until there is an answer.
    const acts = [{ verb: 'retry', actor: 'olga' }];
    expect(timeline([journal[0]!, parked, acted])).toMatchObject({ state: 'parked', acts });
    const unparked = aLogEvent({ ...parked, seq: 4, type: 'saga.unparked' });
    const after = timeline([journal[0]!, parked, acted, unparked]);
    expect(after).toMatchObject({ state: 'running', parked: [], acts });
    const other = { ...unparked, data: { ...unparked.data, step: 'confirm order' } };
    expect(timeline([journal[0]!, parked, other])).toMatchObject({ state: 'parked' });
    const recovering = aLogEvent({ ...parked, seq: 4, type: 'saga.recovering' });
    expect(timeline([journal[0]!, parked, acted, recovering])).toMatchObject({ parked: [] });
  });
});

describe('a step that asks the outside', () => {
  const saw = (...types: string[]) => {
    const events = types.map((type, index) =>
      aLogEvent({
        ...{ aggregateId: `${type.split('.')[0]}/o-1`, type, seq: index + 1 },
        ...{ sagaId: 'place-order:o-1/run', step: 'authorize payment', direction: 'forward' },
      }),
    );
    const row = events.reduce<ReadRow | undefined>(
      (before, event) => sagaTimeline.fold(before as never, event, 'place-order:o-1/run'),
      undefined,
    );
    return timelineView(row as never).steps[0];
  };

  test('is started while nothing but its request is known, and has no end', () => {
    const step = saw('payment.requested', 'account.held');
    expect(step).toMatchObject({ status: 'started' });
    expect(step?.finishedAt).toBeUndefined();
  });

  test('is done, or refused, once the outside has answered', () => {
    const asked = ['payment.requested', 'account.held'];
    expect(saw(...asked, 'payment.authorized')).toMatchObject({ status: 'done' });
    expect(saw(...asked, 'payment.declined')).toMatchObject({ status: 'refused' });
  });
});

test.each(['subject.revoked', 'saga-type.stopped', 'saga-type.resumed'])(
  'what is recorded as %s is no saga of its own',
  (type) => {
    const event = aLogEvent({ service: 'sagas', type, sagaId: 'subject/ada', step: 'revoke:1' });
    expect(sagaTimeline.keys(event)).toEqual([]);
    expect(sagaTimeline.keys({ ...event, type: 'order.opened' })).toEqual(['subject/ada']);
  },
);
