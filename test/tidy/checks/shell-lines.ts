import type { Command, Option } from 'commander';
import type { Finding } from './finding';
import { codeBlocksOf } from './markdown';
import type { RepositoryFile } from './repository';

/** What lines of documents are held against. */
export interface Known {
  /** The `holdfast` command with all below it. */
  readonly holdfast: Command;
  /** Scripts of `package.json`. */
  readonly scripts: ReadonlySet<string>;
}

/** A line of a shell in a document. */
interface Line {
  readonly line: number;
  readonly text: string;
}

/** Languages of blocks in which a line may be one of a shell. */
const shells: ReadonlySet<string> = new Set(['', 'sh']);

const begins = /^(?:\$ )?(?:[A-Z][A-Z0-9_]*=\S+ )*(?:npx holdfast|holdfast|npm)\b/;

/** Every line of the blocks that may be of a shell, with the block's language; a line that goes on below is one. */
export function blockLinesOf(document: RepositoryFile): (Line & { readonly language: string })[] {
  return codeBlocksOf(document)
    .filter(({ language }) => shells.has(language))
    .flatMap(({ code, line, language }) => {
      const whole = code.replace(/\\\n\s*/g, ' ').split('\n');
      return whole.map((text, index) => ({ line: line + 1 + index, text: text.trim(), language }));
    });
}

/** Lines of blocks, and what stands between backticks in the prose. */
function linesOf(document: RepositoryFile): Line[] {
  const inBlocks = blockLinesOf(document);
  const prose = document.text.replace(/^```[^]*?^```/gm, (block) => block.replace(/[^\n]/g, ' '));
  const inProse = [...prose.matchAll(/`([^`]+)`/g)].map((match) => ({
    line: prose.slice(0, match.index).split('\n').length,
    text: (match[1] ?? '').replace(/\s+/g, ' '),
  }));
  return [...inBlocks, ...inProse].filter(({ text }) => begins.test(text));
}

/** The commands of a line as words, without what is set before them, and up to a comment. */
function commandsOf(text: string): readonly (readonly string[])[] {
  const words = text.replace(/^\$ /, '').match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word.startsWith('#')) break;
    const isSetting = commands.at(-1)?.length === 0 && /^[A-Z][A-Z0-9_]*=/.test(word);
    if (/^(?:\|\|?|&&|;|>>?)$/.test(word)) commands.push([]);
    else if (!isSetting) commands.at(-1)?.push(word);
  }
  return commands;
}

/** What stands for something the reader fills in. */
const isOpen = (word: string): boolean => /[<[…$"']|\.\.\./.test(word);

const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** What the command line would say to these words; undefined where it would take them. */
export function problemOfWords(root: Command, words: readonly string[]): string | undefined {
  let command = root;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--' || isOpen(word)) return undefined;
    if (/^--?[a-z]/i.test(word)) {
      const [flag = ''] = word.split('=');
      const option = command.options.find(({ long, short }) => [long, short].includes(flag));
      if (option === undefined && flag !== '--help')
        return `${command.name()} has no option ${flag}`;
      if (option !== undefined && takesValue(option) && !word.includes('=')) at += 1;
      continue;
    }
    const below = (name: string) => command.commands.find((one) => one.name() === name);
    const next = below(word);
    if (next !== undefined) command = next;
    else if (command.commands.length > 0) {
      const missing = word.split('|').find((name) => below(name) === undefined);
      return missing === undefined ? undefined : `${command.name()} has no command ${missing}`;
    } else if (command.registeredArguments.length === 0) {
      return `${command.name()} takes no ${word}`;
    }
  }
  return undefined;
}

function problemOf([program, second, ...rest]: readonly string[], known: Known) {
  const { holdfast, scripts } = known;
  if (program === 'holdfast') return problemOfWords(holdfast, second ? [second, ...rest] : []);
  if (program === 'npx' && second === 'holdfast') return problemOfWords(holdfast, rest);
  if (program !== 'npm') return undefined;
  const given = rest.includes('--') ? rest.slice(rest.indexOf('--') + 1) : [];
  if (second === 'start') return problemOfWords(holdfast, ['up', ...given]);
  const [script] = rest;
  if (second !== 'run' || script === undefined || isOpen(script)) return undefined;
  if (script === 'holdfast') return problemOfWords(holdfast, given);
  return scripts.has(script) ? undefined : `package.json has no script ${script}`;
}

/** Lines of a document that the command line, or npm, would not take. */
export function checkShellLines(document: RepositoryFile, known: Known): Finding[] {
  return linesOf(document).flatMap(({ line, text }) =>
    commandsOf(text).flatMap((words) => {
      const problem = problemOf(words, known);
      return problem === undefined ? [] : [{ file: document.file, line, problem }];
    }),
  );
}
