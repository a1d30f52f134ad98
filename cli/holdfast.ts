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
import { queryCommand } from './query/command';
import { rebuildCommand } from './rebuild/command';
import { republishCommand } from './republish/command';
import { replayCommand } from './replay/command';
import { restoreCommand } from './restore/command';
import { schemaCommand } from './schema/command';
import { sagasCommand } from './sagas/command';
import { upCommand } from './up/command';
import { versionsCommand } from './versions/command';
import { verifyCommand } from './verify/command';

/**
 * The `holdfast` command. Exit codes: 0 done, 1 failed with code and next step, 2 wrong usage; `sagas`,
 * `dead-letters`, `keys` and `forget` have more.
 */
export function program(): Command {
  return (
    new Command('holdfast')
      .description('Sagas across services that each own a database, and the proof that they hold.')
      .addCommand(upCommand())
      .addCommand(sagasCommand())
      .addCommand(deadLettersCommand())
      .addCommand(migrateCommand())
      .addCommand(schemaCommand())
      .addCommand(versionsCommand())
      .addCommand(verifyCommand())
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

async function main(): Promise<void> {
  try {
    // Which Node versions next year's SDK will want is no news for whoever runs a command.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    await program().parseAsync(process.argv);
  } catch (error) {
    process.exitCode = describe(error);
  }
}

/** Prints what went wrong and what to do next; returns the exit code. */
function describe(error: unknown): number {
  const { code, exitCode, message, fix } = error as {
    code?: string;
    exitCode?: number;
    message?: string;
    fix?: string;
  };
  if (code?.startsWith('commander.')) return exitCode === 0 ? 0 : 2;
  // A stack's error tells code, cause and fix in its message already.
  const told = message ?? String(error);
  const named = code === undefined || told.startsWith(code) ? told : `${code}: ${told}`;
  process.stderr.write(`\n${named}\n`);
  if (fix !== undefined && !told.includes(fix)) process.stderr.write(`  fix: ${fix}\n`);
  if (code === undefined) process.stderr.write(`${(error as Error).stack ?? ''}\n`);
  return typeof exitCode === 'number' ? exitCode : 1;
}

void main();
