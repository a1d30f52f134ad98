import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  happenedFaults,
  releaseHeld,
  takeFault,
  writeFaultPlan,
} from '../../../platform/runtime/fault-plan';
import type { PlannedFaultName } from '../../../platform/runtime/fault-plan';

const folder = mkdtempSync(join(tmpdir(), 'faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

const message = (correlationId: string) =>
  ({ correlationId, step: 'capture payment', kind: 'forward' }) as const;
const fault = (name: PlannedFaultName, times: number) =>
  ({ step: 'capture payment', kind: 'forward', fault: name, times }) as const;

test('a fault is met as often as planned, then the next one, then none', () => {
  writeFaultPlan(folder, 'saga-1', [fault('error-before', 2), fault('killed', 1)]);
  const met = Array.from({ length: 4 }, () => takeFault(folder, message('saga-1'))?.fault);
  expect(met).toEqual(['error-before', 'error-before', 'killed', undefined]);
  expect(happenedFaults(folder, 'saga-1').map(({ index }) => index)).toEqual([0, 0, 1]);
});

test('another step, another kind and another saga are left alone', () => {
  writeFaultPlan(folder, 'saga-2', [fault('killed', 1)]);
  expect(takeFault(folder, { ...message('saga-2'), step: 'ship stock' })).toBeUndefined();
  expect(takeFault(folder, { ...message('saga-2'), kind: 'undo' })).toBeUndefined();
  expect(takeFault(folder, message('saga-3'))).toBeUndefined();
});

test('a fault that lasts until held messages are let go is met until then, and not after', () => {
  writeFaultPlan(folder, 'saga-5', [{ ...fault('reply-lost', 100), untilReleased: true }]);
  const meet = () => takeFault(folder, message('saga-5'))?.fault;
  expect([meet(), meet()]).toEqual(['reply-lost', 'reply-lost']);
  releaseHeld(folder, 'saga-5');
  expect(meet()).toBeUndefined();
});

test('a plan that names an unknown fault stops the message instead of testing nothing', () => {
  writeFaultPlan(folder, 'saga-4', [fault('eror' as PlannedFaultName, 1)]);
  expect(() => takeFault(folder, message('saga-4'))).toThrow('there is no fault "eror"');
});
