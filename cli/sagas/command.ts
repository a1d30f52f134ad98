import { Command } from 'commander';
import { actCommands } from './act';
import { connectionOptions } from './connect';
import { explainCommand, listCommand, showCommand, watchCommand } from './look';
import { bulkCommand, revokeCommand, typeCommands } from './many';

const help = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 there is no such saga, 4 refused.
Without --url it speaks to the stack of the state folder, as olga unless --user says otherwise.

Examples:
  holdfast sagas list --state parked
  holdfast sagas types
  holdfast sagas explain place-order:5f1c…
  holdfast sagas retry place-order:5f1c… --reason "the carrier is back"
`;

/** `holdfast sagas`: find, explain and repair sagas through the gateway, as any other client of it. */
export function sagasCommand(): Command {
  const command = new Command('sagas').addHelpText('after', help).exitOverride();
  const looking = [listCommand(), showCommand(), watchCommand(), explainCommand()];
  for (const each of [
    ...looking,
    ...actCommands(),
    bulkCommand(),
    revokeCommand(),
    ...typeCommands(),
  ]) {
    command.addCommand(connectionOptions(each).exitOverride());
  }
  return command;
}
