import { hashOf, slotOf } from '../../../platform/outbox/hash';
import type { EventSchemas } from '../../../platform/outbox/ports';
import { contiguousRuns } from '../../../platform/outbox/runs';
import { contentHashOf, eventLimits, stampEvents } from '../../../platform/outbox/stamp';

const schemas: EventSchemas = { check: () => ({ version: '1.2', hash: 'h' }) };
const context = {
  partitions: 3,
  schemas,
  time: '2030-01-01T00:00:00.000Z',
  sagaId: 's/1',
  step: 'capture payment',
  epoch: 0,
  direction: 'forward',
} as const;
const fact = {
  aggregateId: 'payment-1',
  type: 'payment.captured',
  data: { amountCents: 5 },
  seq: 4,
};

describe('a stamped event', () => {
  test('hashes alike whatever the order of its members, and otherwise when anything of it differs', () => {
    const [event] = stampEvents([fact], context);
    const reordered = { ...event!, data: JSON.parse('{"amountCents":5}') as never };
    expect(contentHashOf(reordered)).toBe(event!.contentHash);
    for (const change of [
      { aggregateId: 'payment-2' },
      { seq: 5 },
      { type: 'payment.voided' },
      { schema: '1.3' },
      { time: '2030-01-01T00:00:00.001Z' },
      { data: { amountCents: 6 } },
      { sagaId: 's/2' },
      { step: 'other' },
      { epoch: 1 },
      { direction: 'undo' as const },
    ]) {
      expect(contentHashOf({ ...event!, ...change })).not.toBe(event!.contentHash);
    }
  });

  test('hashes alike whoever traced or caused it', () => {
    const [plain] = stampEvents([fact], context);
    const [traced] = stampEvents([fact], { ...context, traceparent: '00-1', causationId: 'c' });
    expect(traced!.contentHash).toBe(plain!.contentHash);
    expect(traced).toMatchObject({ traceparent: '00-1', causationId: 'c', schema: '1.2' });
  });

  test('is written to the slot of its aggregate, which never changes', () => {
    expect([slotOf('payment-1', 3), slotOf('payment-2', 3), slotOf('order-1', 3)]).toEqual([
      0, 0, 1,
    ]);
    const slots = Array.from({ length: 3_000 }, (_, number) => slotOf(`a-${number}`, 3));
    for (const slot of [0, 1, 2]) {
      expect(slots.filter((it) => it === slot).length).toBeGreaterThan(900);
    }
  });

  test.each([
    ['larger than one event may be', [{ bytes: eventLimits.eventBytesMax }]],
    ['together too large for one transaction', [{ bytes: 160_000 }, { bytes: 160_000 }]],
    ['too many for one transaction', Array.from({ length: 201 }, () => ({ bytes: 1 }))],
  ])('is refused when events are %s', (_title, sizes) => {
    const facts = sizes.map(({ bytes }, index) => ({
      ...fact,
      seq: index + 1,
      data: { text: 'x'.repeat(bytes) },
    }));
    expect(() => stampEvents(facts, context)).toThrow(/EVENT_INVALID/);
  });

  test('counts bytes, not letters', () => {
    const data = { text: '€'.repeat(70_000) };
    expect(() => stampEvents([{ ...fact, data }], context)).toThrow(/EVENT_INVALID/);
  });
});

test('equal values have equal hashes, whatever order their members were written in', () => {
  expect(hashOf({ b: [1, { d: 1, c: 2 }], a: null })).toBe(
    hashOf({ a: null, b: [1, { c: 2, d: 1 }] }),
  );
  expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
});

test('of each aggregate only the run up to its first hole is offered, in the order given', () => {
  const event = (aggregateId: string, seq: number) => ({ aggregateId, seq });
  const given = [
    event('a', 3),
    event('b', 1),
    event('a', 4),
    event('b', 3),
    event('a', 5),
    event('b', 4),
  ];
  expect(contiguousRuns(given)).toEqual([
    event('a', 3),
    event('b', 1),
    event('a', 4),
    event('a', 5),
  ]);
});
