import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { filesOfSaga, newCommand } from '../../../cli/new/command';
import { namesOf } from '../../../cli/new/names';
import { withSaga } from '../../../cli/new/registries';
import { projectRoot } from '../../../platform/runtime/paths';
import { hearOutput } from '../../support/heard-output';
import { readFiles } from '../../tidy/checks/repository';
import { checkSagaRegistry } from '../../tidy/checks/saga-registry';
import { typeCheck } from '../../tidy/checks/type-check';

const root = mkdtempSync(path.join(tmpdir(), 'holdfast-new-'));
beforeEach(() => {
  mkdirSync(path.join(root, 'workflows'), { recursive: true });
  cpSync(path.join(projectRoot, 'workflows'), path.join(root, 'workflows'), { recursive: true });
});
afterEach(() => rmSync(path.join(root, 'workflows'), { recursive: true }));
afterAll(() => rmSync(root, { recursive: true }));

const run = (...words: string[]): Promise<unknown> =>
  newCommand().parseAsync(['saga', ...words, '--root', root], { from: 'user' });
const written = hearOutput();

test.each(['gift-order', 'subscription-renewals-eu'])(
  '%s compiles, stands in every registry, and is laid out as the rest',
  async (name) => {
    await run(name);
    const files = Object.keys(filesOfSaga(namesOf('other-order'), root)).map((file) =>
      file.replace('other-order', name),
    );
    const texts = Object.fromEntries(
      files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')] as const),
    );
    expect(typeCheck(texts)).toEqual([]);
    const workflows = readFiles((file) => file.startsWith('workflows/')).filter(
      ({ file }) => texts[file] === undefined,
    );
    const all = [...workflows, ...Object.entries(texts).map(([file, text]) => ({ file, text }))];
    expect(checkSagaRegistry(all)).toEqual([]);
    const prettier = path.join(projectRoot, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
    const config = ['--config', path.join(projectRoot, '.prettierrc.json')];
    const checked = spawnSync(process.execPath, [prettier, '--check', ...config, root]);
    expect([checked.status, String(checked.stderr)]).toEqual([0, '']);
    expect(written()).toContain(`npx holdfast verify ${name}`);
  },
  120_000,
);

test('it stands in its place in the alphabet, and a list that grows too long is broken', () => {
  const text =
    "import { aB } from './a-b.saga';\nimport { z } from './z.saga';\n\nexport default f([aB, z]);\n";
  const names = namesOf('middle');
  const read = (file: string): string =>
    file.endsWith('index.ts')
      ? text
      : text.replace('default f(', 'const x: readonly X[] = ').replace(')', '');
  const long = `export const all: readonly X[] = [${Array.from({ length: 12 }, (_, at) => `name${at}`).join(', ')}];\n`;
  const { 'workflows/index.ts': index } = withSaga(names, read);
  expect(index?.split('\n').slice(0, 5)).toEqual([
    "import { aB } from './a-b.saga';",
    "import { middle } from './middle.saga';",
    "import { z } from './z.saga';",
    '',
    'export default f([aB, z, middle]);',
  ]);
  const { 'workflows/catalog.ts': catalog } = withSaga(names, () => `import a from 'b';\n${long}`);
  expect(catalog).toContain('[\n  name0,\n');
  expect(catalog).toContain('\n  middleContract,\n];');
});

test('nothing is written over, and a dry run writes nothing', async () => {
  await run('gift-order', '--dry-run', '--json');
  expect(JSON.parse(written())).toMatchObject({ written: false });
  expect(() => readFileSync(path.join(root, 'workflows/gift-order.saga.ts'))).toThrow('ENOENT');
  await expect(run('place-order')).rejects.toMatchObject({ code: 'ALREADY_THERE' });
});

test.each(['Gift', 'gift_order', '-x', 'a'.repeat(25), 'gift order', 'return', 'orders'])(
  '%s is no name',
  (name) => {
    expect(() => namesOf(name)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }) as Error);
  },
);

test('a folder that is no project, and a registry nobody can read, are told', async () => {
  rmSync(path.join(root, 'workflows', 'catalog.ts'));
  await expect(run('gift-order')).rejects.toMatchObject({ code: 'PROJECT_UNKNOWN' });
  writeFileSync(path.join(root, 'workflows', 'catalog.ts'), 'export const catalog = make();\n');
  await expect(run('gift-order')).rejects.toMatchObject({ code: 'REGISTRY_UNREADABLE' });
});
