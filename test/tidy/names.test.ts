import { describeFindings } from './checks/finding';
import { checkNames } from './checks/names';
import { repositoryFiles } from './checks/repository';

test('every file and folder says what is in it, in kebab-case', () => {
  expect(describeFindings(checkNames(repositoryFiles()))).toBe('');
});

test.each([
  'platform/util.ts',
  'platform/common/x.ts',
  'activities/travel/store-helpers.ts',
  'gateway/session-manager.ts',
  'platform/kernel/base.ts',
])('%s says nothing', (file) => {
  expect(checkNames([file])).toHaveLength(1);
});

test.each(['platform/stepKey.ts', 'Platform/step.ts', 'platform/step_key.ts'])(
  '%s is not kebab-case',
  (file) => {
    expect(checkNames([file])).toHaveLength(1);
  },
);

test('names that tools and customs demand are allowed', () => {
  const files = [
    'README.md',
    'docs/adr/0001-temporal.md',
    'workflows/sample-order.saga.ts',
    '.ci/run',
  ];
  expect(checkNames(files)).toEqual([]);
});
