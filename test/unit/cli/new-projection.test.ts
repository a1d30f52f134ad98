import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newCommand } from '../../../cli/new/command';
import { filesOfProjection } from '../../../cli/new/projection/command';
import { projectionNamesOf } from '../../../cli/new/projection/projection-names';
import { projectRoot } from '../../../platform/runtime/paths';
import { hearOutput } from '../../support/heard-output';
import { typeCheck } from '../../tidy/checks/type-check';

const root = mkdtempSync(path.join(tmpdir(), 'holdfast-new-projection-'));
const copied = ['activities', 'projections', 'gateway/routes'];
beforeEach(() => {
  for (const part of copied) {
    cpSync(path.join(projectRoot, part), path.join(root, part), { recursive: true });
  }
});
afterEach(() => rmSync(root, { recursive: true }));

const run = (...words: string[]): Promise<unknown> =>
  newCommand().parseAsync(['projection', ...words, '--root', root], { from: 'user' });
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const said = hearOutput();

test('two of them compile beside what there is, and stand in every registry', async () => {
  const written: Record<string, string> = {};
  const names = [
    ['order-shelf', 'order', 'orderShelf'],
    ['stock-shelf', 'product', 'stockShelf'],
  ] as const;
  for (const [kebab, of] of names) {
    await run(kebab, '--of', of);
    for (const file of [`projections/${kebab}.ts`, `gateway/routes/${kebab}.ts`]) {
      written[file] = read(file);
    }
    expect(read(`test/unit/projections/${kebab}.test.ts`)).toContain(`${kebab}'`);
  }
  const registries = ['projections/index.ts', 'gateway/routes/views.ts'] as const;
  for (const file of registries) written[file] = read(file);
  expect(typeCheck(written)).toEqual([]);
  const [index, views] = registries.map(read);
  for (const [, , camel] of names) {
    expect(index).toMatch(
      new RegExp(`projections: readonly Projection\\[\\] = \\[[^\\]]*${camel}\\b`),
    );
    expect(views).toMatch(new RegExp(`viewOperations = {[^}]*\\.\\.\\.${camel}Operations`));
    expect(views).toMatch(new RegExp(`=> object\\)\\[\\] = \\[[^\\]]*${camel}Handlers`));
  }
  expect(said()).toContain('wrote gateway/routes/order-shelf.ts');
}, 120_000);

test('rows are of each aggregate, whatever its events call it', async () => {
  const names = projectionNamesOf('stock-shelf', { of: 'product' }, projectRoot);
  expect(names).toMatchObject({ service: 'inventory', id: 'sku', Pascal: 'StockShelf' });
  const files = filesOfProjection(names, projectRoot);
  expect(files['gateway/routes/stock-shelf.ts']).toContain("path: '/stock-shelf/:sku'");
});

test('a dry run writes nothing', async () => {
  await run('order-shelf', '--of', 'order', '--dry-run', '--json');
  expect(JSON.parse(said())).toMatchObject({ name: 'order-shelf', written: false });
  expect(existsSync(path.join(root, 'projections/order-shelf.ts'))).toBe(false);
});

test.each([
  ['Order', 'order', 'NAME_INVALID'],
  ['order-shelf', 'nothing', 'NAME_INVALID'],
  ['index', 'order', 'ALREADY_THERE'],
  ['order-shelf', '(', 'NAME_INVALID'],
  // Routes of the platform and of a service, which it would hide.
  ['events', 'order', 'ALREADY_THERE'],
  ['accounts', 'order', 'ALREADY_THERE'],
])('%s of %s is refused, and nothing is written', async (name, of, code) => {
  const registries = ['projections/index.ts', 'gateway/routes/views.ts'];
  const before = registries.map(read);
  await expect(run(name, '--of', of)).rejects.toMatchObject({ code });
  expect(registries.map(read)).toEqual(before);
});

test('registries that people have changed are told, not guessed at', async () => {
  writeFileSync(path.join(root, 'gateway/routes/views.ts'), 'export {};\n');
  const refused = run('order-shelf', '--of', 'order');
  await expect(refused).rejects.toMatchObject({ code: 'REGISTRY_UNREADABLE' });
  expect(existsSync(path.join(root, 'projections/order-shelf.ts'))).toBe(false);
});
