import { everyCommand, helpOf } from '../../../cli/reference/markdown';

const all = everyCommand().map(({ words, command }) => [words.join(' '), command] as const);

/** Lead to other commands, or only say something. */
const groups = all.filter(([, command]) => command.commands.length > 0).map(([name]) => name);
const sayers = ['holdfast completion'];

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

test.each(all.filter(([name]) => !groups.includes(name)))(
  '%s shows how it is used',
  (_, command) => {
    expect(helpOf(command)).toMatch(/\nExamples?:\n {2}\S/);
  },
);

test.each(all.filter(([name]) => ![...groups, ...sayers].includes(name)))(
  '%s answers programs with --json',
  (_, command) => {
    expect(command.options.map(({ long }) => long)).toContain('--json');
  },
);
