import path from 'node:path';
import type { Finding } from './finding';
import type { RepositoryFile } from './repository';

/** A fenced block of a document. */
export interface CodeBlock {
  readonly file: string;
  /** Line of the opening fence, 1-based. */
  readonly line: number;
  /** First word behind the fence, such as `ts`. */
  readonly language: string;
  /** What else stands behind the fence: `file=workflows/x.saga.ts`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly code: string;
}

/** Fenced blocks of a document, in order. */
export function codeBlocksOf({ file, text }: RepositoryFile): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const fence = /^```([\w-]*)([^\n]*)\n([\s\S]*?)^```/gm;
  for (const match of text.matchAll(fence)) {
    const attributes = [...(match[2] ?? '').matchAll(/(\w+)=(\S+)/g)];
    blocks.push({
      file,
      line: text.slice(0, match.index).split('\n').length,
      language: match[1] ?? '',
      attributes: Object.fromEntries(attributes.map(([, key, value]) => [key ?? '', value ?? ''])),
      code: match[3] ?? '',
    });
  }
  return blocks;
}

function withoutCode(text: string): string {
  return text
    .replace(/^```[\s\S]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '))
    .replace(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
}

/** The anchors GitHub gives a document's headings. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#{1,6} +(.+?)\s*$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
}

/** Relative links that lead nowhere, and anchors no heading has. */
export function checkLinks(
  documents: readonly RepositoryFile[],
  exists: (file: string) => boolean,
): Finding[] {
  const texts = new Map(documents.map(({ file, text }) => [file, text]));
  return documents.flatMap(({ file, text }) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => {
      const link = match[1] ?? '';
      if (/^[a-z]+:/.test(link)) return [];
      const line = text.slice(0, match.index).split('\n').length;
      const [target = '', anchor] = link.split('#');
      const resolved = target === '' ? file : path.posix.join(path.posix.dirname(file), target);
      if (target !== '' && !exists(resolved.replace(/\/$/, '')))
        return [{ file, line, problem: `${link} leads nowhere` }];
      const there = texts.get(resolved);
      if (!anchor || there === undefined || anchorsOf(there).has(anchor)) return [];
      return [{ file, line, problem: `${link}: no such heading` }];
    }),
  );
}
