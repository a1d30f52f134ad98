import { everyCommand, helpOf } from '../../../cli/reference/markdown';

const all = everyCommand().map(({ words, command }) => [words.join(' '), command] as const);

/** Lead to other commands. */
const groups = all.filter(([, command]) => command.commands.length > 0).map(([name]) => name);
/** What they print is for a program already, or is a file that was written. */
const sayers = ['holdfast completion', 'holdfast schema asyncapi', 'holdfast schema new'];

test.each(all)(
  '%s says at --help what it does, and stays within the width of a terminal',
  (_, command) => {
    expect(command.description()).toMatch(/^[A-Z][^]*\.$/);
    const help = helpOf(command, 80);
    expect(help).toContain('Usage: ');
    // Words that cannot be broken, as a path or a choice, may be longer; prose is written for 120.
    expect(help.split('\n').filter((line) => line.length > 130)).toEqual([]);
  },
);

/** Its own help, and that of the groups it belongs to. */
const helpsOf = (name: string): string =>
  all
    .filter(([one]) => name === one || name.startsWith(`${one} `))
    .map(([, command]) => helpOf(command))
    .join('\n');

test.each(all.filter(([name]) => !groups.includes(name)))(
  '%s is used in an example, its own or one of its group',
  (name) => {
    expect(helpsOf(name)).toContain(`\n  ${name}`);
  },
);

test.each(all.filter(([name]) => ![...groups, ...sayers].includes(name)))(
  '%s answers programs with --json',
  (_, command) => {
    expect(command.options.map(({ long }) => long)).toContain('--json');
  },
);

/** Examples in the help of any command, each once, as far as the shell hands them to us. */
const examples = [
  ...new Set(
    all.flatMap(([, command]) =>
      [...helpOf(command).matchAll(/^ {2}(?:env .* )?(holdfast [^|>\n]*)/gm)].map(([, line = '']) =>
        line.trim(),
      ),
    ),
  ),
];

/** The command that words lead to: as many of them as name one. */
function ledTo(words: readonly string[]) {
  const names = words.map((_, at) => words.slice(0, at + 1).join(' '));
  return all.filter(([name]) => names.includes(name)).at(-1)?.[1];
}

test.each(examples)('%s: there are such a command and such options', (example) => {
  const words = example.replace(/\s#.*$/, '').split(' ');
  const command = ledTo(words);
  const known = new Set([
    '--help',
    '--',
    ...(command?.options.flatMap(({ long }) => long ?? []) ?? []),
  ]);
  expect(command?.commands.length === 0 || words.includes('--help') || words.length > 1).toBe(true);
  expect(words.filter((word) => word.startsWith('--') && !known.has(word))).toEqual([]);
});
