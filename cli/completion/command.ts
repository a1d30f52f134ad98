import { Argument, Command } from 'commander';
import { commandNames, program } from '../program';
import { forBash, forFish, forZsh } from './scripts';
import { placesOf } from './words';
import type { Place } from './words';

const scripts: Readonly<Record<string, (places: readonly Place[]) => string>> = {
  bash: forBash,
  zsh: forZsh,
  fish: forFish,
};

const help = `
Prints a script that a shell reads once; completing a word starts no program. Print it again after an update.

Examples:
  source <(holdfast completion bash)                                        # in ~/.bashrc
  source <(holdfast completion zsh)                                         # in ~/.zshrc, behind compinit
  holdfast completion fish > ~/.config/fish/completions/holdfast.fish
`;

/** Script that completes commands, options and their choices in a shell. */
export function completionScript(shell: string): string {
  const places = placesOf(program(commandNames));
  return scripts[shell]?.(places) ?? '';
}

/** `holdfast completion`: what a shell needs to complete what is typed. */
export function completionCommand(): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'whose script it is').choices(Object.keys(scripts)))
    .addHelpText('after', help)
    .exitOverride()
    .action((shell: string) => {
      process.stdout.write(completionScript(shell));
    });
}
