import { causeOf } from '../../../platform/event-log/letters/cause';
import { rowDiff } from '../../../platform/event-log/letters/row-diff';
import type { Reading } from '../../../platform/event-log/projector/reading';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import { anEvent } from '../../support/events';
import { aLogEvent, aRecord } from '../../support/log-events';

function reading(aggregateId: string, type = 'order.opened'): Reading {
  const event = aLogEvent({ aggregateId, type });
  return { record: aRecord(anEvent({ aggregateId, type }), 0), event, aggregateId, keys: [] };
}

describe('the cause of a dead letter', () => {
  const failed = (detail: string) => ({ reason: 'FOLD_FAILED', detail }) as const;
  const cause = (aggregateId: string, detail: string, type?: string) =>
    causeOf('order-status', reading(aggregateId, type), failed(detail)).group;

  test('is the same whatever the ids, numbers and times in what was said', () => {
    const one = cause('order/o-1', 'order/o-1 has 3 lines, o-1 was opened at 2026-11-23T10:00:00Z');
    expect(one).toMatch(/^[0-9a-f]{12}$/);
    expect(
      cause('order/abc', 'order/abc has 17 lines, o-9f2 was opened at 2025-01-02T03:04:05Z'),
    ).toBe(one);
  });

  test.each([
    ['another text', cause('order/o-1', 'no lines')],
    ['another type of event', cause('order/o-1', 'no status', 'order.returned')],
    ['another projection', causeOf('x', reading('order/o-1'), failed('no status')).group],
    [
      'another reason',
      causeOf('order-status', reading('order/o-1'), {
        reason: 'SCHEMA_INVALID',
        detail: 'no status',
      }).group,
    ],
  ])('differs for %s', (_title, other) => {
    expect(other).not.toBe(cause('order/o-1', 'no status'));
  });

  test('names the member that a schema refuses', () => {
    const refused = { reason: 'SCHEMA_INVALID', detail: '/lines/0/sku must be string' } as const;
    expect(causeOf('p', reading('order/o-1'), refused).cause).toBe(
      'order.opened: /lines/*/sku must be string',
    );
  });
});

describe('what differs between two rows', () => {
  test.each([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, []],
    [{ a: 1 }, { a: 2 }, [{ pointer: '/a', before: 1, after: 2 }]],
    [{ a: { 'b/c': 1 } }, { a: {} }, [{ pointer: '/a/b~1c', before: 1, after: undefined }]],
    [
      [1, 2],
      [1, 3, 4],
      [
        { pointer: '/1', before: 2, after: 3 },
        { pointer: '/2', after: 4 },
      ],
    ],
    [{ a: [1] }, { a: { 0: 1 } }, [{ pointer: '/a', before: [1], after: { 0: 1 } }]],
    [undefined, { a: 1 }, [{ pointer: '', after: { a: 1 } }]],
  ])('%j and %j', (before, after, members) => {
    expect(rowDiff(before, after)).toEqual(members);
  });
});

test('a payload is checked as its writer must write it: the very version, and no other member', () => {
  const schemas = loadSchemas();
  const closed = (data: object, version = '1.0') =>
    schemas.readClosed('order.rejected', version, data as never).verdict;
  expect(closed({ orderId: 'o-1' })).toBe('valid');
  expect(closed({ orderId: 'o-1', more: 1 })).toBe('invalid');
  expect(schemas.read('order.rejected', '1.0', { orderId: 'o-1', more: 1 }).verdict).toBe('valid');
  expect(closed({ orderId: 'o-1' }, '2.0')).toBe('unknown-version');
});
