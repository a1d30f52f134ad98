import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { anchorOf, linksIn, targetOf } from '../../docs/.vitepress/links';
import { addressOf, navigation, pagesOf, routeOf } from '../../docs/.vitepress/navigation';
import { repositoryFiles, root } from './checks/repository';
import { checkSite, foreignStyles, pagesBelow } from './checks/site';

const documents = repositoryFiles().filter((file) => file.endsWith('.md'));
const namesIn = (folder: string): string[] => readdirSync(path.join(root, folder));
const shown = navigation.flatMap((group) => pagesOf(group, namesIn));

test('every document has one place in the navigation of the site, and every place a document', () => {
  expect(shown.filter((page, index) => shown.indexOf(page) !== index)).toEqual([]);
  expect([...shown].sort()).toEqual([...documents].sort());
});

test('no two documents become the same page, and each begins with what it is called', () => {
  expect(new Set(shown.map(addressOf)).size).toBe(shown.length);
  const texts = shown.map((page) => [page, readFileSync(path.join(root, page), 'utf8')] as const);
  expect(texts.filter(([, text]) => !text.startsWith('# ')).map(([page]) => page)).toEqual([]);
});

test.each([
  ['README.md', '/'],
  ['docs/cli.md', '/cli'],
  ['docs/adr/README.md', '/adr/'],
  ['platform/saga/README.md', '/platform/saga/'],
])('%s is shown at %s', (file, route) => {
  expect(routeOf(file)).toBe(route);
});

test('a link between documents leads to the page, one to a source to its copy', () => {
  const from = 'docs/adr/0013-engine-as-machine.md';
  const link = '../../platform/saga/machine/machine.ts';
  expect(targetOf(from, '../keys.md#rotation')).toEqual({ href: '/keys#rotation' });
  expect(targetOf(from, 'README.md')).toEqual({ href: '/adr/' });
  expect(targetOf(from, '#what-follows')).toEqual({ href: '#what-follows' });
  expect(targetOf(from, 'https://x.example/y')).toEqual({ href: 'https://x.example/y' });
  expect(targetOf(from, link)).toEqual({
    href: '/source/platform/saga/machine/machine.ts.txt',
    file: 'platform/saga/machine/machine.ts',
  });
  expect(linksIn('[a](b.md) `[c](d.md)` ![e](f.svg) [`g`](h.ts)')).toEqual(['b.md', 'h.ts']);
  expect(anchorOf('What is `left`, and why')).toBe('what-is-left-and-why');
});

describe('the site', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-site-'));
  let built: ReturnType<typeof spawnSync>;
  beforeAll(() => {
    const vitepress = path.join(root, 'node_modules/vitepress/bin/vitepress.js');
    const args = [vitepress, 'build', 'docs', '--outDir', folder];
    const env = { ...process.env, NODE_ENV: 'production' };
    built = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env });
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is built without a complaint: a dead link would end it', () => {
    expect({ status: built.status, said: built.status === 0 ? '' : built.stderr }).toEqual({
      status: 0,
      said: '',
    });
  });

  test('has a page for every document, no dead link or anchor, and asks nobody else for anything', () => {
    const pages = pagesBelow(folder);
    const expected = shown.map((page) => addressOf(page).replace(/\.md$/, '.html'));
    expect([...pages.keys()].sort()).toEqual([...expected, '404.html'].sort());
    expect(checkSite(folder, pages)).toEqual([]);
    expect(foreignStyles(folder)).toEqual([]);
  });
});

test('a link to nothing, a missing anchor and a script of somebody else are reported', () => {
  const page = [
    '<a href="/other.html#there">a</a><a href="/gone.html">b</a><a href="#here" id="x">c</a>',
    '<script src="https://cdn.example/x.js"></script><link href="//fonts.example/y.css">',
  ].join('');
  const pages = new Map([
    ['index.html', page],
    ['other.html', '<h2 id="here">Here</h2>'],
  ]);
  expect(checkSite(path.join(root, 'nowhere'), pages)).toEqual([
    'index.html: /other.html#there has no such anchor',
    'index.html: /gone.html leads nowhere',
    'index.html: #here has no such anchor',
    'index.html: asks https://cdn.example/x.js',
    'index.html: asks //fonts.example/y.css',
  ]);
});
