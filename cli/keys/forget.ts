import { Command } from 'commander';
import { CommandFailed, exitCodes } from '../sagas/failure';
import { json, standardOutput as out } from '../sagas/print';
import { withKeyStore } from './ask';
import type { KeyStoreOptions } from './ask';
import { keyStoreOptions } from './command';

const help = `
Destroys the key of a subject: whatever was sealed with it, in databases, log, read models, Temporal, archives and
backups, is unreadable from then on; processes that have the key in memory forget it within two minutes. It cannot be
undone, and the subject gets no new key. The deletion is kept, with the reason and without the subject's id, outside of
the database of keys, and carried out again when that was restored from a backup.

Exit codes: 0 forgotten, also when it was before; 1 failed, 2 wrong usage, 4 refused.

Example:
  holdfast forget 6f1d2a34-8c1b-4f0e-9a57-0d8f3f5b9c11 --reason "request 4711" --yes
`;

interface ForgetOptions extends KeyStoreOptions {
  readonly reason: string;
  readonly yes: boolean;
}

/** `holdfast forget`: make everything sealed for a subject unreadable, for good. */
export function forgetCommand(): Command {
  const command = new Command('forget')
    .argument('<subject>', 'the id that was sealed for: a user’s `sub`')
    .requiredOption('--reason <text>', 'why, without naming the person; kept for good')
    .option('--yes', 'it cannot be undone, and shall be done', false)
    .addHelpText('after', help);
  return keyStoreOptions(command).action((subject: string, options: ForgetOptions) => {
    if (!options.yes) {
      const message = 'forgetting cannot be undone';
      throw new CommandFailed('USAGE', message, exitCodes.usage, 'run it again with --yes');
    }
    return withKeyStore(options, async (ask) => {
      const path = `/subjects/${encodeURIComponent(subject)}/forget`;
      const body = await ask('POST', path, { reason: options.reason });
      if (options.json) json(out, body);
      else process.stderr.write('forgotten; nothing that was sealed for it can be read again\n');
    });
  });
}
