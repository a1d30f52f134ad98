import path from 'node:path';
import { routeOf } from './navigation';

/** What a document says it leads to: a page of the site, a file that is shown as it is, or something else. */
export interface Target {
  readonly href: string;
  /** The file of the repository that stands behind it, where it is no page. */
  readonly file?: string;
}

/** Folder of the site that holds files as they are in the repository. */
const sources = '/source';

/**
 * Where a link of a document leads on the site. Documents link each other by relative paths, so that they read well
 * where the repository is shown; sources that they name come with the site, as text.
 */
export function targetOf(from: string, link: string): Target {
  if (/^[a-z][a-z+.-]*:/i.test(link) || link.startsWith('#')) return { href: link };
  const [name = '', anchor] = link.split('#');
  const file = path.posix.join(path.posix.dirname(from), name);
  if (!file.endsWith('.md')) return { href: `${sources}/${file}.txt`, file };
  return { href: anchor === undefined ? routeOf(file) : `${routeOf(file)}#${anchor}` };
}

/** Links of a document, those in code left out. */
export function linksIn(text: string): readonly string[] {
  const prose = text.replace(/^```[^]*?^```/gm, '').replace(/`[^`]*`/g, '');
  return [...prose.matchAll(/(?<!!)\[[^\]]*\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
}

/** The anchor of a heading, as the forge gives it: links were written for that. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
