import { Command } from 'commander';
import { unfinished } from '../command-error';
import { linePrinter } from '../line-printer';
import { sealedSteps, startIt } from '../process-access';
import { CommandFailed, exitCodes } from '../sagas/failure';
import { json, standardOutput as out } from '../sagas/print';
import type { KeyStoreOptions } from './ask';
import { contentOf } from './uses';

/** `holdfast keys reseal <purpose>`: nothing is left under older keys. */
export function resealCommand(): Command {
  return new Command('reseal')
    .description('Seal anew what is under an older key of a purpose; beside running processes.')
    .argument(
      '<purpose>',
      'of a database, for example store.orders, read-models, reactions, letters or audit',
    )
    .action(async (purpose: string, options: KeyStoreOptions) => {
      const content = contentOf(purpose, options.state);
      if (content === undefined) throw unknownUses(purpose);
      const line = linePrinter(process.stderr);
      try {
        const rows = await content.reseal((done) =>
          line.show(`${purpose}: ${done.toLocaleString('en')} rows sealed anew`),
        );
        line.done();
        if (options.json) json(out, { purpose, rows });
        else process.stderr.write(`${purpose}: ${rows.toLocaleString('en')} rows sealed anew\n`);
      } catch (error) {
        line.done();
        throw unfinished(error, exitCodes.failed, { ...sealedSteps, STORE_UNAVAILABLE: startIt });
      }
    });
}

/** Nobody can say what is sealed with the keys of a purpose. */
export function unknownUses(purpose: string, uncounted = 'what is sealed'): CommandFailed {
  const message = `nobody can count ${uncounted} under the keys of ${purpose} yet`;
  return new CommandFailed(
    'USES_UNKNOWN',
    message,
    exitCodes.refused,
    'leave its keys as they are',
  );
}
