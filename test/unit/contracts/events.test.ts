import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeEventFinding } from '../../../platform/contracts/event-rules';
import { checkEvents } from '../../../platform/contracts/events';

const first = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId', 'lines'],
  properties: {
    orderId: { type: 'string', maxLength: 64 },
    note: { type: 'string' },
    currency: { enum: ['EUR', 'USD'] },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['sku'],
        properties: { sku: { type: 'string' }, quantity: { type: 'integer', minimum: 1 } },
      },
    },
  },
};
type Schema = typeof first;

/** The first version, with some of its members as told; undefined takes one out. */
const having = (told: object, rest: object = {}): object => {
  const merged = Object.entries({ ...first.properties, ...told });
  const properties = Object.fromEntries(merged.filter(([, schema]) => schema !== undefined));
  return { ...first, properties, ...rest };
};
const linesHaving = (item: Partial<Schema['properties']['lines']['items']>) => {
  const { lines } = first.properties;
  return having({ lines: { ...lines, items: { ...lines.items, ...item } } });
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdfast-schemas-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function check(versions: Readonly<Record<string, object>>): string[] {
  const folder = path.join(directory, 'events', 'order.opened');
  mkdirSync(folder, { recursive: true });
  for (const [version, schema] of Object.entries(versions)) {
    writeFileSync(path.join(folder, `${version}.json`), JSON.stringify(schema));
  }
  return checkEvents(directory).map(
    ({ rule, version, against, member }) => `${rule} ${version} ${member} ${against}`,
  );
}

test('a minor may add optional members and say more about the old ones', () => {
  const next = having({ channel: { type: 'string' } }, { description: 'An order was opened.' });
  expect(check({ '1.0': first, '1.1': next })).toEqual([]);
});

test.each([
  ['takes a member away', having({ note: undefined }), 'EVENT_MEMBER_REMOVED 1.1 /note 1.0'],
  [
    'demands one that was not there',
    having({ channel: { type: 'string' } }, { required: ['orderId', 'lines', 'channel'] }),
    'EVENT_MEMBER_REQUIRED 1.1 /channel 1.0',
  ],
  [
    'demands one that could be missing',
    having({}, { required: ['orderId', 'lines', 'note'] }),
    'EVENT_MEMBER_REQUIRED 1.1 /note 1.0',
  ],
  [
    'leaves out one that had to be there',
    having({}, { required: ['lines'] }),
    'EVENT_MEMBER_OPTIONAL 1.1 /orderId 1.0',
  ],
  [
    'refuses what was accepted',
    having({ orderId: { type: 'string', maxLength: 32 } }),
    'EVENT_NARROWED 1.1 /orderId 1.0',
  ],
  [
    'writes what an earlier reader refuses',
    having({ currency: { enum: ['EUR', 'USD', 'GBP'] } }),
    'EVENT_WIDENED 1.1 /currency 1.0',
  ],
  [
    'writes more than an earlier reader takes',
    linesHaving({
      properties: { sku: { type: 'string' }, quantity: { type: 'integer' } } as never,
    }),
    'EVENT_WIDENED 1.1 /lines/items/quantity 1.0',
  ],
  [
    'demands a member deep inside',
    linesHaving({ required: ['sku', 'quantity'] }),
    'EVENT_MEMBER_REQUIRED 1.1 /lines/items/quantity 1.0',
  ],
])('a minor that %s is named', (_what, next, finding) => {
  expect(check({ '1.0': first, '1.1': next })).toEqual([finding]);
});

test('another type is refused both ways', () => {
  const next = having({ note: { type: 'integer' } });
  expect(check({ '1.0': first, '1.1': next })).toEqual([
    'EVENT_NARROWED 1.1 /note 1.0',
    'EVENT_WIDENED 1.1 /note 1.0',
  ]);
});

test('each minor is held to all before it, and told once', () => {
  const second = having({ channel: { enum: ['web'] } });
  const third = having({ channel: undefined });
  expect(check({ '1.0': first, '1.1': second, '1.2': third, '1.3': third })).toEqual([
    'EVENT_MEMBER_REMOVED 1.2 /channel 1.1',
    'EVENT_MEMBER_REMOVED 1.3 /channel 1.1',
  ]);
  // Compatible with the one before it, and not with the first.
  const demanding = having(
    { channel: { type: 'string' } },
    { required: ['orderId', 'lines', 'channel'] },
  );
  expect(check({ '1.1': demanding, '1.2': demanding, '1.3': demanding })).toEqual([
    'EVENT_MEMBER_REQUIRED 1.1 /channel 1.0',
    'EVENT_MEMBER_REQUIRED 1.2 /channel 1.0',
    'EVENT_MEMBER_REQUIRED 1.3 /channel 1.0',
  ]);
});

test('another major promises nothing to the one before, and minors are counted', () => {
  expect(check({ '1.0': first, '2.0': having({ note: undefined }) })).toEqual([]);
  expect(check({ '2.2': having({ note: undefined }) })).toEqual(['EVENT_VERSION_SKIPPED 2.2  2.0']);
});

test('the sentence names event, member, versions, what is wrong and what to do', () => {
  check({ '1.0': first, '1.1': having({ currency: { enum: ['EUR'] } }) });
  expect(checkEvents(directory).map(describeEventFinding)).toEqual([
    'EVENT_NARROWED order.opened 1.1 /currency (against 1.0): "USD" is not accepted any more; ' +
      'earlier events in the log may have what is refused now: accept what was',
  ]);
});
