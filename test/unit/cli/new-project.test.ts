import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newCommand } from '../../../cli/new/command';
import { projectNamesOf } from '../../../cli/new/project/command';
import { exampleIn, wordsOf } from '../../../cli/new/project/example';
import { placeProject } from '../../../cli/new/project/placing';
import { planProject } from '../../../cli/new/project/plan';
import { withoutDeadLinks } from '../../../cli/new/project/pages';
import { withoutExample } from '../../../cli/new/project/seams';
import { sourcesIn } from '../../../cli/new/project/sources';
import type { Sources } from '../../../cli/new/project/sources';
import { projectionNamesOf } from '../../../cli/new/projection/projection-names';
import { withProjection } from '../../../cli/new/projection/projection-registries';
import { projectRoot } from '../../../platform/runtime/paths';
import { hearOutput } from '../../support/heard-output';
import { checkLinks } from '../../tidy/checks/markdown';
import { importsOf, parseSource, resolveImport } from '../../tidy/checks/source';
import { typeCheck } from '../../tidy/checks/type-check';

const names = projectNamesOf('/anywhere/trips', {
  ...{ service: 'travel', store: 'mongodb', keeps: 'trip', saga: 'book-trip' },
});
const sources = sourcesIn(projectRoot);
const plan = planProject(sources, names);
const all = new Set([...plan.copied, ...Object.keys(plan.written)]);
const textOf = (file: string): string => plan.written[file] ?? sources.read(file);

const root = mkdtempSync(path.join(tmpdir(), 'holdfast-new-project-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = path.join(root, 'trips');
const run = (...words: string[]): Promise<unknown> =>
  newCommand().parseAsync(['project', ...words], { from: 'user' });
const said = hearOutput();
beforeEach(() => jest.spyOn(process.stderr, 'write').mockReturnValue(true));
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
});

/** The tree with some files otherwise. */
const bent = (files: Readonly<Record<string, string>>): Sources => ({
  files: [...new Set([...sources.files, ...Object.keys(files)])],
  read: (file) => files[file] ?? sources.read(file),
});

test('it has the platform, one service and one saga, and nothing of the example', () => {
  const folders = (room: RegExp) => [
    ...new Set([...all].flatMap((file) => room.exec(file)?.[1] ?? [])),
  ];
  expect(folders(/^activities\/([^/]+)\//)).toEqual(['travel']);
  expect(folders(/^workflows\/(.+)\.saga\.ts$/)).toEqual(['book-trip']);
  expect(folders(/^schemas\/events\/(trip\.[^/]+)/)).toHaveLength(3);
  expect(folders(/^(bench|cli\/(?:chaos|attack|storm))\//)).toEqual([]);
  expect(folders(/^([^/]+)\//)).toEqual(
    expect.arrayContaining(['platform', 'gateway', 'stack', 'console', 'deploy', 'docs', 'cli']),
  );
  const { services, sagas } = exampleIn(bent({}));
  expect([...services, ...sagas]).toContain('payments');
  expect([...services, ...sagas]).toContain('place-order');
});

test('everything it imports is there', () => {
  const code = [...all].filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'));
  expect(code.length).toBeGreaterThan(700);
  const missing = code.flatMap((file) =>
    importsOf(parseSource({ file, text: textOf(file) }))
      .filter(({ specifier }) => specifier.startsWith('.') && !/\.(?:js|css)$/.test(specifier))
      .map(({ specifier }) => resolveImport(file, specifier, (one) => all.has(one)))
      .filter((target) => !all.has(target) && !all.has(target.replace(/\.ts$/, '.tsx')))
      .map((target) => `${file} imports ${target}`),
  );
  expect(missing).toEqual([]);
});

test('the files that listed the example say nothing of it, and what they say compiles', () => {
  const seams = Object.keys(withoutExample((file) => sources.read(file)));
  const words = wordsOf(exampleIn(sources));
  const own = ['package.json', 'package-lock.json', 'README.md', 'CHANGELOG.md'];
  const files = [...seams, ...own, 'schemas/schemas.lock.json'];
  const found = files.flatMap((file) => {
    const word = words.exec(textOf(file))?.[0];
    return word === undefined ? [] : [`${file} says ${word}`];
  });
  expect(files.length).toBeGreaterThan(15);
  expect(found).toEqual([]);
  expect(textOf('workflows/recipes.ts')).toContain('[bookTripRecipe]');
  expect(textOf('activities/index.ts')).toContain('[travel];');
  expect(textOf('cli/program.ts')).not.toMatch(/\.\/(?:chaos|attack)\//);
  const navigation = textOf('docs/.vitepress/navigation.ts');
  expect(navigation).not.toMatch(/docs\/(?:attack|chaos|tutorial)\.md/);
  expect(navigation).toContain("'docs/verify.md'");
  // What is no page stays as it is.
  const code = (text: string): string => text.slice(text.indexOf('/** Pages of an entry'));
  expect(code(navigation)).toBe(code(sources.read('docs/.vitepress/navigation.ts')));
  // The check knows no typings of Node.
  const needNode = ['cli/program.ts', 'docs/.vitepress/navigation.ts'];
  const written = Object.entries(plan.written).filter(
    ([file]) => file.endsWith('.ts') && !file.startsWith('test/') && !needNode.includes(file),
  );
  expect(typeCheck(Object.fromEntries(written))).toEqual([]);
}, 120_000);

test('tests that name or need the example are left out, with what only they need', () => {
  const tests = [...all].filter((file) => file.endsWith('.test.ts'));
  expect(tests).toContain('test/unit/activities/travel.test.ts');
  expect(tests).toContain('test/unit/saga/machine.test.ts');
  expect(tests).not.toContain('test/unit/workflows/place-order.test.ts');
  // It imports none of it, and speaks of it.
  expect(tests).not.toContain('test/unit/saga/journal.test.ts');
  expect(tests.every((file) => /^test\/(?:unit|tidy)\//.test(file))).toBe(true);
  expect(tests.length).toBeGreaterThan(60);
  expect(all).not.toContain('test/support/order-histories.ts');
  expect(textOf('test/support/run.ts')).toContain('HOLDFAST_TEST_CELLS');
});

test('scripts that measure or attack the platform are left out, and its own name is in both files', () => {
  const { name, version, scripts } = JSON.parse(textOf('package.json')) as {
    readonly [member: string]: string;
  } & { readonly scripts: Readonly<Record<string, string>> };
  expect([name, version]).toEqual(['trips', '0.1.0']);
  expect(JSON.parse(textOf('package-lock.json'))).toMatchObject({
    ...{ name: 'trips', packages: { '': { name: 'trips', version: '0.1.0' } } },
  });
  expect(scripts).toMatchObject({ start: 'node cli/bootstrap.js up', generate: /schema/ });
  const about = Object.values(scripts).filter((script) => /chaos|bench|dist\/test/.test(script));
  expect(about).toEqual([]);
});

test('no link between its pages leads nowhere', () => {
  const pages = [...all].filter((file) => file.endsWith('.md'));
  const documents = pages.map((file) => ({ file, text: textOf(file) }));
  const folders = new Set(
    [...all].flatMap((file) => file.split('/').map((_, at, parts) => parts.slice(0, at).join('/'))),
  );
  const dead = checkLinks(documents, (file) => all.has(file) || folders.has(file));
  // These are made anew by what follows.
  const made = new Set(['docs/cli.md', 'docs/errors.md']);
  expect(dead.filter(({ file, problem }) => !made.has(file) && /nowhere/.test(problem))).toEqual(
    [],
  );
  const text = '[a](gone.md#x) [b](there.md) [c](https://x.example)\n```\n[d](gone.md)\n```\n';
  expect(withoutDeadLinks('docs/p.md', text, (file) => file === 'docs/there.md')).toBe(
    'a [b](there.md) [c](https://x.example)\n```\n[d](gone.md)\n```\n',
  );
});

test('routes that ask read models of the tree are left out, and their registry is as it was before', () => {
  const file = 'gateway/routes/views.ts';
  const empty = sources.read(file);
  const views = ['order-shelf', 'stock-shelf'].reduce((text, kebab) => {
    const of = projectionNamesOf(kebab, { of: 'order' }, projectRoot);
    const read = (one: string): string => (one === file ? text : sources.read(one));
    return withProjection(of, read)[file] ?? '';
  }, empty);
  expect(views).toContain('orderShelfHandlers, orderShelfOperations');
  const left = withoutExample((one) => (one === file ? views : sources.read(one)))[file];
  expect(left).toBe(empty);
});

test('a project can be made of a project', () => {
  const made: Sources = { files: [...all].sort(), read: textOf };
  const again = planProject(
    made,
    projectNamesOf('/anywhere/shop', {
      ...{ service: 'sales', store: 'postgresql', keeps: 'sale', saga: 'sell' },
    }),
  );
  const files = [...again.copied, ...Object.keys(again.written)];
  expect(files.filter((file) => /trip|travel/.test(file))).toEqual([]);
  expect(again.written['workflows/index.ts']).toContain('dispatchSagas([sell])');
  expect(again.written['test/support/run.ts']).toBe(textOf('test/support/run.ts'));
});

test('--dry-run says every file and writes none', async () => {
  await run(folder, '--keeps', 'trip', '--dry-run', '--json');
  const told = JSON.parse(said()) as {
    readonly written: boolean;
    readonly files: readonly string[];
  };
  expect(told).toMatchObject({ name: 'trips', written: false });
  expect(told.files).toEqual(expect.arrayContaining(['README.md', 'workflows/make-trip.saga.ts']));
  expect(readdirSync(root)).toEqual([]);
});

test('what is written is the whole plan, and nothing beside it', async () => {
  await run(folder, '--no-generate', '--service', 'travel', '--keeps', 'trip');
  expect(readdirSync(root)).toEqual(['trips']);
  const written = sourcesIn(folder).files;
  const expected = planProject(
    sources,
    projectNamesOf(folder, { service: 'travel', store: 'postgresql', keeps: 'trip' }),
  );
  const all = [...expected.copied, ...Object.keys(expected.written)].sort();
  expect(written).toEqual(all);
  expect(readFileSync(path.join(folder, 'activities/list.ts'), 'utf8')).toContain(
    "export const serviceList = [\n  { name: 'travel', store: 'postgresql' },\n] as const satisfies",
  );
  expect(said()).toContain('git init');
  const further = ['service', 'parcels', '--keeps', 'parcel', '--root', folder];
  await newCommand().parseAsync(further, { from: 'user' });
  await newCommand().parseAsync(['saga', 'send', '--of', 'parcels', '--root', folder], {
    from: 'user',
  });
  const textIn = (file: string) => readFileSync(path.join(folder, file), 'utf8');
  expect(textIn('activities/list.ts')).toContain(
    "  { name: 'travel', store: 'postgresql' },\n  { name: 'parcels', store: 'postgresql' },\n",
  );
  expect(textIn('activities/index.ts')).toContain('[travel, parcels];');
  expect(textIn('workflows/index.ts')).toContain('dispatchSagas([makeTrip, send])');
  expect(textIn('workflows/send.saga.ts')).toContain("saga.step('make parcel', parcels.make(");
}, 60_000);

test.each([
  ['a folder with something in it', [], 'ALREADY_THERE'],
  ['a name that no package has', [path.join(root, 'My Trips')], 'NAME_INVALID'],
  ['a service of two words', [folder, '--service', 'two-words'], 'NAME_INVALID'],
  ['a saga called as its service', [folder, '--saga', 'travel'], 'NAME_INVALID'],
  ['a word that the platform tells events of', [folder, '--keeps', 'saga'], 'ALREADY_THERE'],
  ['a tree that is no project', [folder, '--root', root], 'PROJECT_UNKNOWN'],
] as const)('%s is refused', async (_title, words, code) => {
  const full = path.join(root, 'full');
  mkdirSync(full);
  writeFileSync(path.join(full, 'mine.txt'), 'mine');
  await expect(run(...(words.length === 0 ? [full] : words))).rejects.toMatchObject({ code });
  expect(readdirSync(root)).toEqual(['full']);
  expect(readdirSync(full)).toEqual(['mine.txt']);
});

test('a list that people have changed beyond recognition is named', () => {
  const changed = bent({ 'activities/list.ts': 'export const serviceList = read();\n' });
  expect(() => planProject(changed, names)).toThrow(/REGISTRY_UNREADABLE: activities\/list\.ts/);
});

test('whatever fails meanwhile leaves nothing behind', () => {
  const broken = { copied: ['package.json', 'gone.ts'], written: {} };
  expect(() => placeProject(broken, { from: projectRoot, folder })).toThrow(/gone\.ts/);
  expect(readdirSync(root)).toEqual([]);
  mkdirSync(folder);
  placeProject({ copied: ['package.json'], written: {} }, { from: projectRoot, folder });
  expect(existsSync(path.join(folder, 'package.json'))).toBe(true);
});
