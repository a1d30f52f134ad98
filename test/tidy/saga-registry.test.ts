import { describeFindings } from './checks/finding';
import { readFiles } from './checks/repository';
import type { RepositoryFile } from './checks/repository';
import { checkSagaRegistry } from './checks/saga-registry';

const workflows = readFiles((file) => file.startsWith('workflows/'));

test('every saga can be started, and every contract has a saga behind it', () => {
  expect(workflows.filter(({ file }) => file.endsWith('.saga.ts')).length).toBeGreaterThan(1);
  expect(describeFindings(checkSagaRegistry(workflows))).toBe('');
});

const without = (line: string): RepositoryFile[] =>
  workflows.map(({ file, text }) => ({ file, text: text.replace(line, '') }));

test.each([
  [
    'a saga that the orchestrator does not list',
    "import { returnOrder } from './return-order.saga';",
  ],
  [
    'a contract that the gateway does not list',
    "import { returnOrderContract } from './return-order.contract';",
  ],
])('%s is reported', (_title, line) => {
  expect(checkSagaRegistry(without(line))).toHaveLength(1);
});

test('a saga without a contract is reported', () => {
  const lone = { file: 'workflows/lone.saga.ts', text: '' };
  expect(checkSagaRegistry([...workflows, lone])).toHaveLength(2);
});
