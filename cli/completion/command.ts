import { Argument, Command } from 'commander';
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
export function completionScript(shell: string, whole: Command): string {
  const places = placesOf(whole);
  return scripts[shell]?.(places) ?? '';
}

/** `holdfast completion`: what a shell needs to complete what is typed. `whole` is the program with every command. */
export function completionCommand(whole: () => Command): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'whose script it is').choices(Object.keys(scripts)))
    .addHelpText('after', help)
    .exitOverride()
    .action((shell: string) => {
      process.stdout.write(completionScript(shell, whole()));
    });
}
