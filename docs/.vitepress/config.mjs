import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { anchorOf, linksIn, targetOf } from './links.ts';
import { addressOf, navigation, pagesOf, pagesOfEntry, routeOf, titleOf } from './navigation.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (file) => path.join(root, file);
const read = (file) => readFileSync(at(file), 'utf8');
const namesIn = (folder) => readdirSync(at(folder));
const pages = navigation.flatMap((group) => pagesOf(group, namesIn));

const item = (file) => ({ text: titleOf(file, read(file)), link: routeOf(file) });
const section = ({ title, pages: own }) => ({
  text: title,
  collapsed: true,
  items: own.flatMap((page) =>
    typeof page === 'string' ? pagesOfEntry(page, namesIn).map(item) : [section(page)],
  ),
});

/** Links between documents, and to files of the repository, become links of the site. */
function siteLinks(markdown) {
  markdown.core.ruler.push('site-links', ({ tokens, env }) => {
    const from = path.relative(root, env.realPath ?? env.path).replaceAll('\\', '/');
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type !== 'link_open') continue;
      token.attrSet('href', targetOf(from, token.attrGet('href')).href);
    }
  });
}

/** Files that documents name are part of the site, so that no link of it leads out of it. */
function copySources({ outDir }) {
  const named = pages.flatMap((page) => linksIn(read(page)).map((link) => targetOf(page, link)));
  for (const { href, file } of named) {
    if (file === undefined) continue;
    const copy = path.join(outDir, decodeURI(href));
    mkdirSync(path.dirname(copy), { recursive: true });
    copyFileSync(at(file), copy);
  }
}

export default defineConfig({
  title: 'Holdfast',
  description: 'A saga platform on Temporal that can prove nothing was lost or left half done',
  lang: 'en',
  srcDir: '..',
  outDir: at('dist/site'),
  cacheDir: at('dist/site-cache'),
  rewrites: Object.fromEntries(pages.map((page) => [page, addressOf(page)])),
  // Documents speak of `<names>` outside of code as well: nothing in them is HTML.
  markdown: { html: false, anchor: { slugify: anchorOf }, config: siteLinks },
  themeConfig: {
    nav: navigation.map(({ title, pages: [first] }) => ({
      text: title,
      link: routeOf(pagesOfEntry(first, namesIn)[0]),
    })),
    sidebar: navigation.map(section),
    outline: [2, 3],
    search: { provider: 'local' },
  },
  vite: { build: { chunkSizeWarningLimit: 4_000 } },
  buildEnd: copySources,
});
