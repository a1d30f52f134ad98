import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { sharedModules } from '../../platform/saga/bundle';
import { describeFindings } from './checks/finding';
import { readFiles } from './checks/repository';
import { checkSharedState, drawnIn } from './checks/shared-state';
import { parseSource } from './checks/source';

const sources = new Map(
  readFiles((file) => file.endsWith('.ts')).map((file) => [file.file, parseSource(file)]),
);
const shared = sharedModules()
  .filter((module) => path.isAbsolute(module))
  .map((file) => path.relative(projectRoot, file));

test('what every saga of a thread shares holds no state', () => {
  const files = drawnIn(shared, sources);
  expect(files).toEqual(expect.arrayContaining(['platform/saga/engine/execute.ts', ...shared]));
  const findings = files.flatMap((file) => checkSharedState(sources.get(file)!));
  expect(describeFindings(findings)).toBe('');
});

test('what sagas and their requests are made of is not shared: it may hold state, and has to parse', () => {
  const ofSagas = /^(workflows|activities)\/|^platform\/kernel\/sealed-text/;
  expect(drawnIn(shared, sources).filter((file) => ofSagas.test(file))).toEqual([]);
});

test.each([
  ['let count = 0;', 1],
  ['const seen = new Map<string, number>();', 1],
  ['export const seen: Set<string> = new Set();', 1],
  ['const list: string[] = [];', 1],
  ['const limits = { most: 3 } as const;', 0],
  ["const known = new Set(['a']);", 0],
  ['function f() { let count = 0; return count; }', 0],
])('%s is told %d times', (text, count) => {
  expect(checkSharedState(parseSource({ file: 'x.ts', text }))).toHaveLength(count);
});
