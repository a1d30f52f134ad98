import fs, { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armCrashPoints, crashPoint } from '../../../platform/runtime/crash-point';

const kill = jest.spyOn(process, 'kill').mockImplementation(() => true);
const folder = mkdtempSync(join(tmpdir(), 'crash-'));

beforeEach(() => kill.mockClear());
afterAll(() => {
  armCrashPoints('');
  kill.mockRestore();
  rmSync(folder, { recursive: true });
});

/** A process that was killed never goes on: the point does not answer. */
const passes = async (label: string) => {
  const passed = crashPoint('participant.before-commit', label).then(() => true);
  return Promise.race([passed, new Promise((resolve) => setImmediate(() => resolve(false)))]);
};

test('a point that is not armed does nothing', async () => {
  armCrashPoints('');
  expect(await passes('payments.capture')).toBe(true);
  expect(kill).not.toHaveBeenCalled();
});

test('an armed point kills the process at the given hit of its label, without a chance to clean up', async () => {
  armCrashPoints('participant.before-commit:payments.capture=2');
  expect(await passes('payments.authorize')).toBe(true);
  expect(await passes('payments.capture')).toBe(true);
  expect(await passes('payments.capture')).toBe(false);
  expect(kill.mock.calls).toEqual([[process.pid, 'SIGKILL']]);
});

test('a point can stop the process instead, and what comes behind it follows when the process goes on', async () => {
  const write = jest.spyOn(fs, 'writeSync').mockReturnValue(0);
  armCrashPoints('participant.before-commit:orders.open=1/stop');
  expect(await passes('orders.open')).toBe(true);
  expect(kill.mock.calls).toEqual([[process.pid, 'SIGSTOP']]);
  const told = write.mock.calls.map(
    ([, line]) => (JSON.parse(String(line)) as { msg: string }).msg,
  );
  write.mockRestore();
  const point = 'participant.before-commit:orders.open';
  expect(told).toEqual([`stopped at ${point}`, `goes on behind ${point}`]);
});

test('a point without a label counts every hit', async () => {
  armCrashPoints('relay.before-send=1,participant.before-commit=2');
  expect(await passes('orders.open')).toBe(true);
  expect(await passes('payments.capture')).toBe(false);
});

test('with a folder for markers it fires once, across restarts', async () => {
  const spec = 'participant.before-commit:payments.capture=1';
  armCrashPoints(spec, folder);
  expect(await passes('payments.capture')).toBe(false);
  expect(readdirSync(folder)).toHaveLength(1);
  armCrashPoints(spec, folder);
  expect(await passes('payments.capture')).toBe(true);
});

test.each(['nonsense', 'participant.before-commit', 'a.b=0', 'a.b=x', 'a.b:c d=1', 'a.b=1/pause'])(
  'the specification "%s" is refused at start',
  (spec) => {
    expect(() => armCrashPoints(spec)).toThrow(/cannot read the crash point/);
  },
);
