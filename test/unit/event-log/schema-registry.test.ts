import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { schemasDirectory } from '../../../platform/event-log/schemas/files';
import { lockSchemas, verifySchemaLock } from '../../../platform/event-log/schemas/lock';
import { loadSchemas } from '../../../platform/event-log/schema-registry';

const opened10 = {
  type: 'object',
  additionalProperties: false,
  required: ['orderId', 'lines'],
  properties: {
    orderId: { type: 'string' },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['sku', 'quantity'],
        properties: { sku: { type: 'string' }, quantity: { type: 'integer', minimum: 1 } },
      },
    },
  },
};
const opened11 = {
  ...opened10,
  properties: { ...opened10.properties, note: { type: 'string' } },
};

let directory: string;

function write(name: string, schema: unknown): void {
  const file = path.join(directory, 'events', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(schema));
}

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdfast-schemas-'));
  write('order.opened/1.0.json', opened10);
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the schemas of events', () => {
  const order = { orderId: 'o-1', lines: [{ sku: 'a', quantity: 1 }] };

  test('a writer is held to the newest version and told which one it was', () => {
    write('order.opened/1.1.json', opened11);
    const written = loadSchemas(directory).check('order.opened', { ...order, note: 'gift' });
    expect(written.version).toBe('1.1');
    expect(written.hash).toBe(loadSchemas(directory).hashOf('order.opened', '1.1'));
  });

  test('version 1.10 is newer than version 1.9', () => {
    write('order.opened/1.9.json', opened10);
    write('order.opened/1.10.json', opened11);
    expect(loadSchemas(directory).check('order.opened', order).version).toBe('1.10');
  });

  test.each([
    [
      'a member of the wrong value',
      { ...order, lines: [{ sku: 'a', quantity: 0 }] },
      '/lines/0/quantity',
    ],
    ['a missing member', { lines: [] }, '/orderId'],
    [
      'a member nobody declared',
      { ...order, lines: [{ sku: 'a', quantity: 1, x: 1 }] },
      '/lines/0/x',
    ],
  ])('%s is named by its pointer', (_title, data, pointer) => {
    const check = () => loadSchemas(directory).check('order.opened', data);
    expect(check).toThrow('EVENT_INVALID');
    expect(check).toThrow(`${pointer} `);
  });

  test('an event without a schema is refused', () => {
    expect(() => loadSchemas(directory).check('order.vanished', {})).toThrow('EVENT_INVALID');
  });

  test('a reader ignores members it does not know, and says when it lacks a major version', () => {
    const schemas = loadSchemas(directory);
    const future = { orderId: 'o-1', lines: [{ sku: 'a', quantity: 1, gift: true }], note: 'x' };
    expect(schemas.read('order.opened', '1.7', future)).toEqual({ verdict: 'valid' });
    expect(schemas.read('order.opened', '2.0', future)).toEqual({ verdict: 'unknown-version' });
    expect(schemas.read('order.unheard', '1.0', {})).toEqual({ verdict: 'unknown-type' });
    expect(schemas.read('order.opened', '1.0', {})).toMatchObject({ verdict: 'invalid' });
  });

  test('a schema nobody can compile stops the process at start, or where it is used first', () => {
    const broken = { ...opened10, properties: { orderId: { type: 'word' } } };
    write('order.closed/1.0.json', { ...broken, required: [] });
    expect(() => loadSchemas(directory)).toThrow('order.closed');
    const schemas = loadSchemas(directory, [], 'when-used');
    expect(schemas.read('order.opened', '1.0', order)).toEqual({ verdict: 'valid' });
    expect(() => schemas.read('order.closed', '1.0', order)).toThrow('is unusable');
  });

  test('a schema that leaves an object open stops the process at start', () => {
    write('order.opened/1.1.json', { type: 'object', properties: {} });
    expect(() => loadSchemas(directory)).toThrow('additionalProperties');
  });
});

describe('the lock of the schemas', () => {
  test('a new file is reported until it is locked', () => {
    expect(verifySchemaLock(directory)).toMatchObject([{ code: 'SCHEMA_UNLOCKED' }]);
    expect(lockSchemas(directory)).toEqual(['events/order.opened/1.0.json']);
    expect(verifySchemaLock(directory)).toEqual([]);
  });

  test('a locked file may be laid out anew, but neither change nor go', () => {
    lockSchemas(directory);
    write('order.opened/1.0.json', Object.fromEntries(Object.entries(opened10).reverse()));
    expect(verifySchemaLock(directory)).toEqual([]);
    write('order.opened/1.0.json', opened11);
    expect(verifySchemaLock(directory)).toMatchObject([{ code: 'SCHEMA_CHANGED' }]);
    expect(() => lockSchemas(directory)).toThrow('SCHEMA_CHANGED');
    rmSync(path.join(directory, 'events/order.opened/1.0.json'));
    expect(verifySchemaLock(directory)).toMatchObject([{ code: 'SCHEMA_MISSING' }]);
  });

  test('every schema of this repository is usable and locked', () => {
    loadSchemas(schemasDirectory, undefined, 'at-once');
    expect(verifySchemaLock()).toEqual([]);
  });
});
