import { describeFindings } from './checks/finding';
import { readFiles } from './checks/repository';
import type { RepositoryFile } from './checks/repository';
import { checkSagaRegistry } from './checks/saga-registry';

const workflows = readFiles((file) => file.startsWith('workflows/'));

test('every saga can be started, and every contract has a saga behind it', () => {
  expect(workflows.filter(({ file }) => file.endsWith('.saga.ts')).length).toBeGreaterThan(0);
  expect(describeFindings(checkSagaRegistry(workflows))).toBe('');
});

/** Without the first line that draws in such a module. */
const without = (list: string, module: string): RepositoryFile[] =>
  workflows.map(({ file, text }) => {
    const line = new RegExp(`^import .* from './[\\w-]+\\.${module}';$`, 'm');
    return { file, text: file === list ? text.replace(line, '') : text };
  });

test.each([
  ['a saga that the orchestrator does not list', 'workflows/index.ts', 'saga'],
  ['a contract that the gateway does not list', 'workflows/catalog.ts', 'contract'],
])('%s is reported', (_title, list, module) => {
  expect(checkSagaRegistry(without(list, module))).toHaveLength(1);
});

test('a saga without a contract is reported', () => {
  const lone = { file: 'workflows/lone.saga.ts', text: '' };
  expect(checkSagaRegistry([...workflows, lone])).toHaveLength(2);
});
