import { Command } from 'commander';
import { connectionOptions } from '../sagas/connect';
import { discardCommand, editCommand, retryCommand } from './act';
import { listCommand, showCommand } from './look';

const help = `
Exit codes: 0 done, 1 failed or still failing, 2 wrong usage, 3 there is no such letter or group, 4 refused.
Without --url it speaks to the stack of the state folder, as olga unless --user says otherwise.

Examples:
  holdfast dead-letters list
  holdfast dead-letters list --reactions
  holdfast dead-letters list --group 5f1c0a9d22e1
  holdfast dead-letters retry --group 5f1c0a9d22e1 --dry-run
  holdfast dead-letters retry --group 5f1c0a9d22e1 --reason "fixed in 1.4.2"
`;

/** `holdfast dead-letters`: find and deal with events that could not be projected, through the gateway. */
export function deadLettersCommand(): Command {
  const command = new Command('dead-letters').addHelpText('after', help).exitOverride();
  const all = [listCommand(), showCommand(), retryCommand(), editCommand(), discardCommand()];
  for (const each of all) {
    each.option('--reactions', 'letters of reactions, not of read models');
    command.addCommand(connectionOptions(each).exitOverride());
  }
  return command;
}
