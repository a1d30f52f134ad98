import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMark } from '../../../stack/children/process-identity';
import { noteStopping, ownerOf, processesOf } from '../../../stack/running';

const stateDir = mkdtempSync(path.join(tmpdir(), 'holdfast-running-'));
const file = path.join(stateDir, 'owner.json');
const { pid } = process;
afterAll(() => rmSync(stateDir, { recursive: true }));

test('the owner of a state folder is the very process that claimed it', () => {
  writeFileSync(file, JSON.stringify({ pid, mark: startMark(pid) }));
  expect(ownerOf(stateDir)).toBe(pid);
  expect(processesOf(stateDir).size).toBe(0);
});

test.each([
  ['another process of that number', { pid, mark: 'before' }],
  ['everybody', { pid: -1 }],
  ['a group', { pid: 0, mark: undefined }],
  ['nobody', { pid: 'x', mark: 'y' }],
])('%s is no owner', (_who, owner) => {
  writeFileSync(file, JSON.stringify(owner));
  expect(ownerOf(stateDir)).toBeUndefined();
});

test('who was asked to stop is not asked again, and is the owner until it has ended', () => {
  writeFileSync(file, JSON.stringify({ pid, mark: startMark(pid) }));
  expect([noteStopping(stateDir), noteStopping(stateDir)]).toEqual([true, false]);
  expect(ownerOf(stateDir)).toBe(pid);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid, isStopping: true });
});
