import { describeFindings } from './checks/finding';
import { readFiles } from './checks/repository';
import { checkWaivers } from './checks/waivers';

const isCode = (file: string): boolean =>
  /\.(ts|js|mjs)$/.test(file) && !file.startsWith('test/tidy/');

test('no waiver goes without its reason, and no test is skipped', () => {
  expect(describeFindings(checkWaivers(readFiles(isCode)))).toBe('');
});

test.each([
  '// eslint-disable-next-line no-console',
  'x(); // eslint-disable-line no-console',
  '/* eslint-disable */',
  '// @ts-expect-error',
  '// @ts-ignore -- the types of this package are wrong',
  '// @ts-nocheck',
  "test.skip('a refund', () => {});",
  "describe.only('refunds', () => {});",
  "test.todo('a refund');",
])('%s is reported', (text) => {
  expect(checkWaivers([{ file: 'x.ts', text }])).toHaveLength(1);
});

test('a waiver that says why is let through', () => {
  const text = '// eslint-disable-next-line no-console -- the command prints its answer here';
  expect(checkWaivers([{ file: 'x.ts', text }])).toEqual([]);
});
