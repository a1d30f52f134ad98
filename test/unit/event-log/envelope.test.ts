import fc from 'fast-check';
import { decodeEvent, encodeEvent } from '../../../platform/event-log/envelope';
import type { StepImage } from '../../../platform/outbox/commit-mark';
import type { Json } from '../../../platform/kernel/json';
import type { StoredEvent } from '../../../platform/outbox/ports';
import { contentHashOf } from '../../../platform/outbox/stamp';

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const member = { requiredKeys: ['aggregateId', 'seq', 'type', 'schema', 'time', 'data'] as const };
const content = fc.record(
  {
    aggregateId: text,
    seq: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    type: fc.constantFrom('order.opened', 'payment.card-declined'),
    schema: fc.constantFrom('1.0', '2.13'),
    time: fc.constant('2026-11-23T10:00:00.000Z'),
    data: fc.dictionary(text, fc.jsonValue() as fc.Arbitrary<Json>),
    sagaId: text,
    step: text,
    epoch: fc.integer({ min: 0, max: 2 ** 40 }),
    direction: fc.constantFrom('forward' as const, 'undo' as const),
    correlationId: text,
    causationId: text,
    traceparent: text,
    commitId: text,
    stepImage: fc.dictionary(text, fc.jsonValue()) as unknown as fc.Arbitrary<StepImage>,
  },
  { requiredKeys: [...member.requiredKeys] },
);
const stored: fc.Arbitrary<StoredEvent> = content.map((event) => {
  const normal = JSON.parse(JSON.stringify(event)) as typeof event;
  return { ...normal, slot: 0, contentHash: contentHashOf(normal) };
});
const context = { service: 'orders', recordedTime: '2026-11-23T10:00:01.000Z' };

describe('the envelope of an event', () => {
  test('reading what was written gives the same event', () => {
    fc.assert(
      fc.property(stored, ({ slot, ...event }) => {
        const message = encodeEvent({ ...event, slot }, { ...context, schemaHash: 'a'.repeat(64) });
        expect(decodeEvent(message)).toEqual({ ...event, ...context });
      }),
    );
  });

  test('the same event gives the same bytes, however its members were ordered', () => {
    const [event] = fc.sample(stored, { numRuns: 1, seed: 1 });
    const shuffled = { ...event!, data: { b: 1, a: { d: 2, c: 3 } } };
    const other = { ...event!, data: { a: { c: 3, d: 2 }, b: 1 } };
    expect(encodeEvent(shuffled, context)).toEqual(encodeEvent(other, context));
  });

  const [example] = fc.sample(stored, { numRuns: 1, seed: 7 });
  const message = encodeEvent(example!, context);

  test('a changed value is told from the one that was sent', () => {
    const changed = { ...message, value: '{"amountCents":1}' };
    expect(() => decodeEvent(changed)).toThrow('CONTENT_HASH_MISMATCH');
  });

  test('a changed step record is told from the one that was sent', () => {
    const headers = { ...message.headers, ce_steprecord: '{"key":{}}' };
    expect(() => decodeEvent({ ...message, headers })).toThrow('CONTENT_HASH_MISMATCH');
  });

  test.each(
    Object.keys(message.headers).filter((name) => /^ce_(?!c[oa]|s[at]|epoch|dir|tr)/.test(name)),
  )('without %s a message is no event', (name) => {
    const headers = { ...message.headers, [name]: '' };
    expect(() => decodeEvent({ ...message, headers })).toThrow('ENVELOPE_INVALID');
  });

  test.each([
    ['ce_id', 'order/1:99'],
    ['ce_sequence', '0000000099'],
    ['ce_subject', 'order/other'],
    ['ce_partitionkey', 'order/other'],
    ['ce_type', 'order.opened.v9'],
    ['ce_sequence', 'one'],
    ['ce_direction', 'sideways'],
    ['ce_steprecord', '[]'],
    ['ce_steprecord', '{'],
    ['ce_dataschema', 'urn:other'],
    ['ce_source', '/elsewhere'],
    ['content-type', 'text/plain'],
    ['ce_specversion', '0.3'],
  ])('%s saying %s contradicts the rest', (name, value) => {
    const headers = { ...message.headers, [name]: value };
    expect(() => decodeEvent({ ...message, headers })).toThrow('ENVELOPE_INVALID');
  });

  test.each(['', 'no json', '[]', 'null'])('the value %j is no event', (value) => {
    expect(() => decodeEvent({ ...message, value })).toThrow('ENVELOPE_INVALID');
  });
});
