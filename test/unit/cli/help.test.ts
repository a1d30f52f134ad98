import { program } from '../../../cli/program';
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

/** What `--help` writes where standard output is a terminal of so many columns, or a pipe. */
async function saidAt(words: readonly string[], columns: number | undefined): Promise<string> {
  const before = { isTTY: process.stdout.isTTY, columns: process.stdout.columns };
  let said = '';
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  Object.assign(process.stdout, { isTTY: columns !== undefined, columns });
  const [, ...rest] = words;
  const root = program(rest);
  for (const { command } of everyCommand(root)) command.exitOverride();
  const shown = root.parseAsync([...rest, '--help'], { from: 'user' });
  const ended = await shown.catch((error: { readonly code?: unknown }) => error.code);
  write.mockRestore();
  Object.assign(process.stdout, before);
  expect(ended).toBe('commander.helpDisplayed');
  return said;
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

// What it says is read in docs/cli.md, which is held to be what `helpOf` answers (test/tidy/command-reference).
test.each(all)(
  '%s says the same on terminals and in a pipe, without colours',
  async (name, command) => {
    // Of itself it says what is said before any command is loaded.
    const told = words(helpOf(name === 'holdfast' ? program([]) : command));
    for (const columns of [undefined, 60, 80, 140]) {
      const said = await saidAt(name.split(' '), columns);
      expect(words(said)).toEqual(told);
      expect(said).not.toContain('\u001b');
      expect(said.endsWith('\n')).toBe(true);
    }
  },
);

test('help is laid out for the terminal that it is read on, and for 80 columns in a pipe', async () => {
  const widest = async (columns?: number) => {
    const lines = (await saidAt(['holdfast'], columns)).split('\n');
    return Math.max(...lines.map((line) => line.length));
  };
  expect(await widest(60)).toBeLessThanOrEqual(60);
  expect(await widest(140)).toBeGreaterThan(100);
  expect(await widest()).toBe(await widest(80));
});
