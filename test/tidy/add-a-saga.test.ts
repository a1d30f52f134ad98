import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import ts from 'typescript';
import type { CommandDescriptor } from '../../platform/kernel/contract';
import type { Json } from '../../platform/kernel/json';
import type { SagaContract, SagaDefinition } from '../../platform/saga';
import type { RecipeWorld, SagaRecipe } from '../../platform/saga/recipe';
import { docFiles } from './checks/doc-files';
import { codeBlocksOf } from './checks/markdown';
import { root } from './checks/repository';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const text = read('docs/add-a-saga.md');
const files = docFiles(codeBlocksOf({ file: 'docs/add-a-saga.md', text }));

/** Runs a file of the page as if it stood in `workflows/`, and answers what it exports. */
function load(file: string): Record<string, unknown> {
  const { outputText } = ts.transpileModule(files[file] ?? '', {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exported: Record<string, unknown> = {};
  const require = (name: string): unknown => {
    if (!name.startsWith('.')) return jest.requireActual(name);
    const target = path.posix.join('workflows', name);
    return files[`${target}.ts`]
      ? load(`${target}.ts`)
      : jest.requireActual(path.join(root, target));
  };
  const run = compileFunction(outputText, ['exports', 'require']) as (...given: unknown[]) => void;
  run(exported, require);
  return exported;
}

/** Plays a saga through with participants that agree to everything; answers what it asked for, in order. */
async function rehearse(saga: SagaDefinition, input: unknown): Promise<string[]> {
  const asked: string[] = [];
  const ask =
    (kind: string) => (name: string, command: CommandDescriptor, way?: { undo: object }) => {
      const undo = way ? ` ↩ ${(way.undo as CommandDescriptor).command}` : '';
      asked.push(`${kind} ${name}: ${command.participant}.${command.command}${undo}`);
      return Promise.resolve({});
    };
  const handle = { step: ask('step'), pivot: ask('pivot'), retriable: ask('retriable') };
  await saga.run(handle as never, input as never);
  return asked;
}

test('the saga of the tutorial does what the tutorial says', async () => {
  const { sampleOrder } = load('workflows/sample-order.saga.ts') as { sampleOrder: SagaDefinition };
  const value = { amountCents: 2500, currency: 'EUR' };
  const lines = [{ sku: 'lamp', quantity: 1 }];
  const input = { orderId: 'order-1', customerId: 'customer-1', lines, value };
  expect(sampleOrder.contract.input.parse(input)).toEqual(input);
  expect(await rehearse(sampleOrder, input)).toEqual([
    'step open order: orders.open ↩ reject',
    'step reserve stock: inventory.reserve ↩ release',
    'pivot ship sample: inventory.ship',
    'retriable confirm order: orders.confirm',
  ]);
});

test('the catalog of the tutorial offers the new saga beside the others', () => {
  const { catalog } = load('workflows/catalog.ts') as { catalog: SagaContract[] };
  const names = catalog.map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(['place-order', 'return-order']);
  expect(names.at(-1)).toBe('sample-order');
});

test.each(['workflows/catalog.ts', 'workflows/index.ts', 'workflows/recipes.ts'])(
  '%s of the tutorial has what the real one has, and one saga more',
  (file) => {
    // Sagas of whoever works in this tree are in the real one as well.
    const linesOf = (source: string) =>
      source.split(/\n|(?<=[,[])|(?=\])/).map((line) => line.trim().replace(/,$/, ''));
    const real = new Set(linesOf(read(file)));
    const lacking = linesOf(files[file] ?? '').filter((line) => !real.has(line));
    expect(lacking.every((line) => line.includes('sampleOrder'))).toBe(true);
    expect(lacking).toHaveLength(2);
  },
);

test('the recipe of the tutorial makes a valid request, and counts what is left', async () => {
  const { recipes } = load('workflows/recipes.ts') as { recipes: SagaRecipe[] };
  const recipe = recipes.find(({ saga }) => saga === 'sample-order')!;
  const posted: string[] = [];
  const found: Record<string, Record<string, Json>> = {
    '/orders/order-1': { status: 'confirmed' },
    '/products/sku-1': { available: 8, reserved: 0, shipped: 2 },
  };
  const world: RecipeWorld = {
    name: '1',
    post: async (where) => void posted.push(where),
    get: async (where) => found[where],
    complete: async () => undefined,
  };
  const input = await recipe.prepare(world);
  expect(posted).toEqual(['/products', '/products/sku-1/receipts']);
  expect(await recipe.check(world, { input, outcome: 'completed' })).toEqual([]);
  expect(await recipe.check(world, { input, outcome: 'compensated' })).toHaveLength(3);
});

test('nothing but a saga, its contract, its recipe and three registries is asked for', () => {
  expect(Object.keys(files).sort()).toEqual([
    'workflows/catalog.ts',
    'workflows/index.ts',
    'workflows/recipes.ts',
    'workflows/sample-order.contract.ts',
    'workflows/sample-order.saga.ts',
    'workflows/sample-order.verify.ts',
  ]);
});
