import type { Command } from 'commander';
import { commandNames, program } from '../program';

/** Where it stands, from the root of the project. */
export const commandReferencePath = 'docs/cli.md';

/** As wide as a terminal is at least, and as the code of these pages is. */
const columns = 100;

/** What a command says at `--help`, on a terminal of that many columns or in a pipe. */
export function helpOf(command: Command, width: number = columns): string {
  let told = '';
  command.configureOutput({
    writeOut: (text) => void (told += text),
    getOutHelpWidth: () => width,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return told.trimEnd();
}

/** A command and all below it, each with the words that lead to it. */
export function everyCommand(
  command: Command = program(commandNames),
  words: readonly string[] = [],
): readonly { readonly words: readonly string[]; readonly command: Command }[] {
  const own = [...words, command.name()];
  return [{ words: own, command }, ...command.commands.flatMap((one) => everyCommand(one, own))];
}

const head = `# The command line

Every command with what it says at \`--help\`, written from the commands themselves by \`npm run docs:write\`. In a
clone it is \`npm run holdfast -- <command>\`, or \`npx holdfast <command>\`; \`holdfast completion\` completes it in
a shell.

Answers go to standard output, everything else to standard error. Tables are columns on a terminal, and lines with tabs
and no heading in a pipe. An error says a code, what happened and what to do next; \`holdfast explain <code>\` says
more.
`;

/** The reference of the command line, as Markdown. */
export function commandReference(): string {
  const sections = everyCommand().map(({ words, command }) => {
    const level = '#'.repeat(Math.min(4, words.length + 1));
    // Of itself it says what is said before any command is loaded.
    const shown = words.length === 1 ? program([]) : command;
    return `${level} ${words.join(' ')}\n\n\`\`\`text\n${helpOf(shown)}\n\`\`\`\n`;
  });
  return [head, ...sections].join('\n');
}
