import { Command } from 'commander';
import { archiveCommand } from './archive/command';
import { attackCommand } from './attack/command';
import { auditCommand } from './audit/command';
import { certsCommand } from './certs/command';
import { chaosCommand } from './chaos/command';
import { deadLettersCommand } from './dead-letters/command';
import { keysCommand } from './keys/command';
import { forgetCommand } from './keys/forget';
import { migrateCommand } from './migrate/command';
import { planCommand } from './plan/command';
import { queryCommand } from './query/command';
import { rebuildCommand } from './rebuild/command';
import { republishCommand } from './republish/command';
import { replayCommand } from './replay/command';
import { restoreCommand } from './restore/command';
import { schemaCommand } from './schema/command';
import { sagasCommand } from './sagas/command';
import { traceCommand } from './trace/command';
import { upCommand } from './up/command';
import { versionsCommand } from './versions/command';
import { verifyCommand } from './verify/command';

/**
 * The `holdfast` command. Exit codes: 0 done, 1 failed with code and next step, 2 wrong usage; `sagas`,
 * `trace`, `dead-letters`, `keys` and `forget` have more.
 */
export function program(): Command {
  return (
    new Command('holdfast')
      .description('Sagas across services that each own a database, and the proof that they hold.')
      .addCommand(upCommand())
      .addCommand(sagasCommand())
      .addCommand(traceCommand())
      .addCommand(deadLettersCommand())
      .addCommand(migrateCommand())
      .addCommand(schemaCommand())
      .addCommand(versionsCommand())
      .addCommand(verifyCommand())
      .addCommand(planCommand())
      .addCommand(rebuildCommand())
      .addCommand(republishCommand())
      .addCommand(replayCommand())
      .addCommand(queryCommand())
      .addCommand(restoreCommand())
      .addCommand(auditCommand())
      .addCommand(archiveCommand())
      .addCommand(certsCommand())
      .addCommand(chaosCommand())
      .addCommand(attackCommand())
      .addCommand(keysCommand())
      .addCommand(forgetCommand())
      // An option behind a name is that one's: `chaos` and its acts have some of the same name.
      .enablePositionalOptions()
      .exitOverride()
  );
}
