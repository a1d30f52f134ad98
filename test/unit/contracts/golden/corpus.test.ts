import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { services } from '../../../../activities';
import { checkGolden, describeGoldenFinding } from '../../../../platform/contracts/golden/check';
import { recordGolden } from '../../../../platform/contracts/golden/record';
import { schemasDirectory } from '../../../../platform/event-log/schemas/files';
import { lockSchemas, verifySchemaLock } from '../../../../platform/event-log/schemas/lock';
import { sagasJournal } from '../../../../platform/saga/journal/hosted';

const writers = [...services, sagasJournal];
const name = 'golden/order.opened/1.0.json';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdfast-golden-'));
  for (const kind of ['events', 'golden']) {
    // The first version alone, whatever came after it.
    const file = path.join(kind, 'order.opened', '1.0.json');
    cpSync(path.join(schemasDirectory, file), path.join(directory, file));
  }
  lockSchemas(directory);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const check = () => checkGolden(writers, directory).map(describeGoldenFinding);

/** Rewrites the golden file, one text for another. */
function edit(from: string | RegExp, to: string): void {
  const file = path.join(directory, name);
  const text = readFileSync(file, 'utf8');
  expect(text.replace(from, to)).not.toBe(text);
  writeFileSync(file, text.replace(from, to));
}

test('every version in this repository has golden events that are read', () => {
  expect(checkGolden(writers)).toEqual([]);
});

test('a version without golden events is named with what to do, and the command writes them', () => {
  rmSync(path.join(directory, name));
  expect(check()).toEqual([
    'GOLDEN_MISSING order.opened 1.0: no golden event of this version is kept: ' +
      'run npm run schemas:lock',
  ]);
  expect(verifySchemaLock(directory)).toMatchObject([{ code: 'SCHEMA_MISSING', name }]);
  // Written again, byte by byte: today's writer of that version is that version's writer still.
  expect(() => recordGolden(writers, directory)).not.toThrow();
  expect(check()).toEqual([]);
  expect(verifySchemaLock(directory)).toEqual([]);
});

test('a new version gets its golden events, once, and they are locked', () => {
  const events = path.join(directory, 'events', 'order.opened');
  const schema = JSON.parse(readFileSync(path.join(events, '1.0.json'), 'utf8')) as {
    properties: object;
  };
  const properties = { ...schema.properties, channel: { type: 'string', maxLength: 20 } };
  writeFileSync(path.join(events, '1.1.json'), JSON.stringify({ ...schema, properties }));
  lockSchemas(directory);
  expect(check()).toHaveLength(1);
  expect(recordGolden(writers, directory)).toEqual(['golden/order.opened/1.1.json']);
  expect(recordGolden(writers, directory)).toEqual([]);
  expect(check()).toEqual([]);
  expect(verifySchemaLock(directory)).toEqual([]);
});

test('a golden event never changes', () => {
  edit('"key": "order/', '"key":  "order/');
  expect(verifySchemaLock(directory)).toEqual([]);
  edit('ce_time": "2026', 'ce_time": "2027');
  expect(verifySchemaLock(directory)).toMatchObject([{ code: 'SCHEMA_CHANGED', name }]);
});

test.each([
  ['an envelope that cannot be read', '"ce_specversion": "1.0"', '"ce_specversion": "0.3"'],
  ['content that is not what was sent', '\\"currency\\":\\"EUR\\"', '\\"currency\\":\\"USD\\"'],
])('%s is found', (_what, from, to) => {
  edit(from, to);
  expect(check()).toEqual([expect.stringContaining('GOLDEN_UNREADABLE order.opened 1.0: ')]);
});

test('an event of another schema is found, by its hash', () => {
  edit(/#sha256-[0-9a-f]{64}/, `#sha256-${'0'.repeat(64)}`);
  expect(check()).toEqual([expect.stringContaining('GOLDEN_CONTRADICTS order.opened 1.0: ')]);
});

test('an event that no service writes, or two do, is named', () => {
  const [orders] = services;
  const others = writers.filter(({ name: writer }) => writer !== 'orders');
  const rules = (these: typeof writers) =>
    new Set(checkGolden(these, directory).map(({ rule, event }) => `${rule} ${event}`));
  expect(rules(others)).toContain('EVENT_WITHOUT_WRITER order.opened');
  expect(rules([...writers, orders!])).toContain('EVENT_WITHOUT_WRITER order.opened');
});
