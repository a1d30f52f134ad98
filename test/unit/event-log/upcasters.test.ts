import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkUpcasters } from '../../../platform/contracts/upcasters';
import { encodeEvent } from '../../../platform/event-log/envelope';
import { readRecord } from '../../../platform/event-log/projector/reading';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import { describeUpcasterFinding } from '../../../platform/event-log/upcasters/upcaster';
import type { Upcaster } from '../../../platform/event-log/upcasters/upcaster';
import type { Json } from '../../../platform/kernel/json';
import { openRoll } from '../../../platform/rebuild/roll/roll';
import { anEvent } from '../../support/events';

const text = { type: 'string', maxLength: 40 };
const cents = { type: 'integer', minimum: 0 };

/** A box in three majors: coins without a currency, a sum with one, and the sum by name. */
const versions: Readonly<Record<string, object>> = {
  '1.0': closed({ boxId: text, coins: cents }, ['boxId', 'coins']),
  '1.1': closed({ boxId: text, coins: cents, note: text }, ['boxId', 'coins']),
  '2.0': closed({ boxId: text, amountCents: cents, currency: text, note: text }, [
    ...['boxId', 'amountCents', 'currency'],
  ]),
  '3.0': closed({ boxId: text, sum: closed({ cents, currency: text }, ['cents', 'currency']) }, [
    ...['boxId', 'sum'],
  ]),
};

function closed(properties: object, required: readonly string[]): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

const first: Upcaster = {
  type: 'box.filled',
  from: 1,
  up: ({ coins = 0, ...rest }) => ({
    ...rest,
    amountCents: (coins as number) * 100,
    currency: 'EUR',
  }),
};
const second: Upcaster = {
  type: 'box.filled',
  from: 2,
  up: ({ boxId = '', amountCents = 0, currency = '' }) => ({
    ...{ boxId, sum: { cents: amountCents, currency } },
  }),
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdfast-upcasters-'));
  const folder = path.join(directory, 'events', 'box.filled');
  mkdirSync(folder, { recursive: true });
  for (const [version, schema] of Object.entries(versions)) {
    writeFileSync(path.join(folder, `${version}.json`), JSON.stringify(schema));
  }
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const both = [first, second];
const read = (version: string, data: Json, upcasters: readonly Upcaster[] = both) =>
  loadSchemas(directory, upcasters).read('box.filled', version, data);

const asOfToday = { boxId: 'b', sum: { cents: 700, currency: 'EUR' } };

describe('an event of an older major', () => {
  test.each([
    ['1.0', { boxId: 'b', coins: 7 }],
    ['1.1', { boxId: 'b', coins: 7, note: 'gift' }],
    ['1.9', { boxId: 'b', coins: 7, colour: 'of a minor this build does not know' }],
    ['2.0', { boxId: 'b', amountCents: 700, currency: 'EUR' }],
  ])('of version %s is read as one of the newest', (version, data) => {
    const current = { version: '3.0', data: asOfToday };
    expect(read(version, data)).toEqual({ verdict: 'valid', current });
  });

  test('of the newest is read as it is', () => {
    expect(read('3.0', asOfToday)).toEqual({ verdict: 'valid' });
  });

  test('is held to its own schema first, and its writer to that alone', () => {
    expect(read('1.0', { boxId: 'b', coins: -1 })).toMatchObject({ verdict: 'invalid' });
    const schemas = loadSchemas(directory, both);
    expect(schemas.readClosed('box.filled', '1.0', { boxId: 'b', coins: 7 })).toEqual({
      verdict: 'valid',
    });
    expect(schemas.check('box.filled', asOfToday).version).toBe('3.0');
    expect(() => schemas.check('box.filled', { boxId: 'b', coins: 7 })).toThrow('EVENT_INVALID');
  });

  test('whose upcaster throws or answers nonsense is invalid, not a crash', () => {
    const throwing = { ...first, up: () => (undefined as never as Upcaster).up({}) };
    expect(read('1.0', { boxId: 'b', coins: 7 }, [throwing, second])).toEqual({
      ...{ verdict: 'invalid', detail: 'as major 2: threw' },
    });
    const wrong = { ...first, up: () => ({ boxId: 'b' }) };
    expect(read('1.0', { boxId: 'b', coins: 7 }, [wrong, second])).toEqual({
      verdict: 'invalid',
      detail: "as major 2: /amountCents must have required property 'amountCents'",
    });
  });
});

describe('readers of the log', () => {
  const event = anEvent({
    ...{ aggregateId: 'box/b', type: 'box.filled', schema: '1.0' },
    data: { boxId: 'b', coins: 7 },
  });
  const message = encodeEvent(event, { service: 'boxes', recordedTime: event.time });
  const record = { ...message, topic: 'service-events.boxes', partition: 0, offset: '0' };

  test('give a projection the event of today, under the hash of the log', () => {
    const reading = readRecord(record, { keys: () => ['b'] }, loadSchemas(directory, both));
    expect(reading.problem).toBeUndefined();
    expect(reading.event).toMatchObject({ schema: '3.0', data: asOfToday, seq: 1 });
    expect(reading.event?.contentHash).toBe(event.contentHash);
  });

  test('give the fold of a service the same', () => {
    const folded: unknown[] = [];
    const evolve = (_state: unknown, one: { data: unknown }) => (folded.push(one.data), one.data);
    const schemas = loadSchemas(directory, both);
    const captured = new Map([['box/b', { seq: 1, state: '{}' }]]);
    const roll = openRoll(
      { service: 'boxes', evolve, schemas },
      { captured, isExpected: () => true, marks: [] },
    );
    roll.take(record);
    expect(folded).toEqual([asOfToday]);
  });
});

describe('the registered upcasters', () => {
  const found = (upcasters: readonly Upcaster[]) =>
    checkUpcasters(directory, upcasters).map(({ rule, from }) => `${rule} ${from}`);
  const starting = (upcasters: readonly Upcaster[]) => () => loadSchemas(directory, upcasters);

  test('of this repository are complete and pure', () => {
    expect(checkUpcasters().map(describeUpcasterFinding)).toEqual([]);
  });

  test('are fine when each older major has one', () => {
    expect(found(both)).toEqual([]);
    expect(starting(both)).not.toThrow();
  });

  test.each([
    ['one is missing', [first], 'UPCASTER_MISSING 2'],
    ['two read the same', [first, second, { ...second }], 'UPCASTER_DUPLICATE 2'],
    ['one leads nowhere', [first, second, { ...second, from: 3 }], 'UPCASTER_UNKNOWN 3'],
    ['one is of no event', [...both, { ...first, type: 'box.lost' }], 'UPCASTER_UNKNOWN 1'],
  ])('where %s: named, and no process starts', (_what, upcasters, finding) => {
    expect(found(upcasters)).toEqual([finding]);
    expect(starting(upcasters)).toThrow(finding.split(' ')[0]);
  });

  test.each<[string, Upcaster['up'], string]>([
    ['forgets a member', ({ boxId = '' }) => ({ boxId }), 'UPCASTER_OUTPUT_INVALID 1'],
    [
      'adds one of its own',
      (data) => ({ ...first.up(data), mine: 1 }),
      'UPCASTER_OUTPUT_INVALID 1',
    ],
    ['throws', () => (undefined as never as Upcaster).up({}), 'UPCASTER_OUTPUT_INVALID 1'],
    ['asks for the time', (data) => ({ ...first.up(data), at: Date.now() }), 'UPCASTER_IMPURE 1'],
    ['makes a date', (data) => ({ ...data, at: new Date().toISOString() }), 'UPCASTER_IMPURE 1'],
    ['rolls dice', (data) => ({ ...data, coins: Math.random() }), 'UPCASTER_IMPURE 1'],
    [
      'writes to its input',
      (data) => Object.assign(data, { currency: 'EUR' }),
      'UPCASTER_IMPURE 1',
    ],
    ['remembers', remembering(), 'UPCASTER_IMPURE 1'],
  ])('where one %s: named', (_what, up, finding) => {
    expect(found([{ ...first, up }, second])[0]).toBe(finding);
  });

  test('the sentence says what to do', () => {
    expect(checkUpcasters(directory, [first]).map(describeUpcasterFinding)).toEqual([
      'UPCASTER_MISSING box.filled 2 to 3: events of it are in the log for good: ' +
        'register an upcaster in schemas/upcasters.ts',
    ]);
  });

  function remembering(): Upcaster['up'] {
    let calls = 0;
    return (data) => ({ ...first.up(data), note: String((calls += 1)) });
  }
});
