import type { Command, Option } from 'commander';

/** An option as a shell offers it. */
export interface OptionWords {
  /** As it is typed: `--json`, and `-h` where there is a short one. */
  readonly flags: readonly string[];
  readonly about: string;
  /** A word follows it. */
  readonly takesValue: boolean;
  /** The words that may follow, where they are known. */
  readonly choices: readonly string[];
}

/** What may be typed at one place: behind `holdfast`, behind `holdfast sagas`, and so on. */
export interface Place {
  /** Commands that lead there, with a blank before each; empty behind `holdfast` itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly OptionWords[];
}

/** First sentence of a text, in one line, without what a shell would take for its own. */
function shortly(text: string): string {
  const [first = ''] = text.replaceAll(/\s+/g, ' ').split(/(?<=[.;])\s/);
  return first.replace(/[.;]$/, '').replaceAll(/[`'"\\$:[\]]/g, '');
}

function wordsOf({
  short,
  long,
  description,
  required,
  optional,
  argChoices,
}: Option): OptionWords {
  return {
    flags: [long, short].filter((flag) => flag !== undefined),
    about: shortly(description),
    takesValue: required || optional,
    choices: argChoices ?? [],
  };
}

/** Every place of a command and those below it, the command's own first. */
export function placesOf(command: Command, path = ''): readonly Place[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const own = {
    path,
    commands: below.map((one) => ({ name: one.name(), about: shortly(one.description()) })),
    options: help.visibleOptions(command).map(wordsOf),
  };
  return [own, ...below.flatMap((one) => placesOf(one, `${path} ${one.name()}`))];
}
