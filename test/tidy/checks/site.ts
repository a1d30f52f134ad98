import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The pages of a built site by their path in it. */
export function pagesBelow(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const pages = names.filter((name) => name.endsWith('.html'));
  return new Map(
    pages.map((name) => [
      name.replaceAll(path.sep, '/'),
      readFileSync(path.join(folder, name), 'utf8'),
    ]),
  );
}

const values = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'));

/** What a page loads by itself: a link that a reader follows is none of it. */
const loaded = (text: string): string[] => [
  ...values(text, /<(?:script|img|iframe|source|video)\b[^>]*?\ssrc="([^"]*)"/g),
  ...values(text, /<link\b[^>]*?\shref="([^"]*)"/g),
];

const ids = (text: string): ReadonlySet<string> =>
  new Set(values(text, /\sid="([^"]*)"/g).map(decodeURI));

/** Links and anchors of a built site that lead nowhere, and what it would fetch from another host. */
export function checkSite(folder: string, pages: ReadonlyMap<string, string>): string[] {
  const anchors = new Map([...pages].map(([name, text]) => [name, ids(text)]));
  const problemOf = (page: string, href: string): string | undefined => {
    const [name = '', anchor = ''] = href.split('#');
    const place = name === '' ? page : pageAt(name);
    const known = anchors.get(place);
    if (known === undefined)
      return existsSync(path.join(folder, place)) ? undefined : 'leads nowhere';
    return anchor === '' || known.has(decodeURI(anchor)) ? undefined : 'has no such anchor';
  };
  return [...pages].flatMap(([page, text]) => {
    const own = values(text, /<a\b[^>]*?\shref="([^"]*)"/g).filter((href) => /^[/#]/.test(href));
    const dead = [...new Set(own)].flatMap((href) => {
      const problem = problemOf(page, href);
      return problem === undefined ? [] : [`${page}: ${href} ${problem}`];
    });
    const foreign = loaded(text).filter((address) => /^(?:[a-z]+:)?\/\//i.test(address));
    return [...dead, ...foreign.map((address) => `${page}: asks ${address}`)];
  });
}

/** Style sheets that ask another host for fonts, pictures or further sheets. */
export function foreignStyles(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.css'))
    .filter((name) => {
      const text = readFileSync(path.join(folder, name), 'utf8');
      return /(?:url\(|@import\s+)["']?(?:[a-z]+:)?\/\//i.test(text);
    });
}

/** The file behind an address of the site. */
function pageAt(address: string): string {
  const place = decodeURI(address).replace(/^\//, '');
  return place === '' || place.endsWith('/') ? `${place}index.html` : place;
}
