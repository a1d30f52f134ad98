import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describeEventFinding } from '../../platform/contracts/event-rules';
import { checkEvents } from '../../platform/contracts/events';
import { checkGolden, describeGoldenFinding } from '../../platform/contracts/golden/check';
import { checkUpcasters } from '../../platform/contracts/upcasters';
import { lockSchemas, verifySchemaLock } from '../../platform/event-log/schemas/lock';
import { ownedServices } from '../../cli/owned-services';
import { describeUpcasterFinding } from '../../platform/event-log/upcasters/upcaster';
import { root } from './checks/repository';

test('every event schema is locked, and none has changed since', () => {
  expect(verifySchemaLock()).toEqual([]);
});

test('every version of an event is read by the code of all others of its major', () => {
  expect(checkEvents().map(describeEventFinding)).toEqual([]);
});

test('every version has golden events, which the code of today reads', () => {
  expect(
    checkGolden(ownedServices.map(({ service }) => service)).map(describeGoldenFinding),
  ).toEqual([]);
});

test('every older major is read by a pure upcaster', () => {
  expect(checkUpcasters().map(describeUpcasterFinding)).toEqual([]);
});

test('an edited schema is reported', () => {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'holdfast-schemas-'));
  try {
    cpSync(path.join(root, 'schemas'), copy, { recursive: true });
    lockSchemas(copy);
    expect(verifySchemaLock(copy)).toEqual([]);
    writeFileSync(path.join(copy, 'events', 'saga.started', '1.0.json'), '{}');
    expect(verifySchemaLock(copy).map(({ code }) => code)).toEqual(['SCHEMA_CHANGED']);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
