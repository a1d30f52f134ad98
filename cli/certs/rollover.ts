import { Command } from 'commander';
import { countBegunBefore } from '../../platform/saga/journal/begun-before';
import { recallReach } from '../../stack/recall';
import { carryOut } from '../../stack/rollover/rollover';
import type { Stage } from '../../stack/rollover/stages';
import { findRunning } from '../../stack/running';
import { processConfigs } from '../process-access';
import { done, tell } from './answer';
import { stageLines } from './print';

const help = `
Replaces the authority itself while the stack runs, in three stages. Each looks at every listener until it has come
there, may be repeated, and goes on where it was interrupted; none begins before the one before it is everywhere.

  trust     another authority is made, and everybody believes both
  reissue   it signs: every certificate is issued anew, and used
  retire    the one before is believed no more, and its key is destroyed

Exit codes: 0 the stage is everywhere, 1 a listener is behind: run it again, 2 wrong usage, 3 refused, with code and
next step: nothing was changed.

Examples:
  holdfast certs rollover trust
  holdfast certs rollover reissue
  holdfast certs rollover retire --json
  holdfast certs status
`;

/** `holdfast certs rollover …`: another authority, with nothing at rest. */
export function rollover(): Command {
  const command = new Command('rollover')
    .description('Replace the authority that signs the certificates, while everything runs.')
    .addHelpText('after', help)
    .exitOverride();
  command.addCommand(stage('trust', 'Make another authority, and let everybody believe both.'));
  command.addCommand(stage('reissue', 'Issue every certificate anew, by the new authority.'));
  const retire = stage('retire', 'Believe the authority before no more, and destroy its key.');
  command.addCommand(
    retire.option('--despite-sagas', 'leave sagas of before without a step forward', false),
  );
  return command;
}

interface StageOptions {
  readonly state: string;
  readonly json: boolean;
  readonly despiteSagas?: boolean;
}

function stage(name: Stage, does: string): Command {
  return new Command(name)
    .description(does)
    .option('--state <folder>', 'of the stack', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .exitOverride()
    .action(async (options: StageOptions) => {
      const report = await done(async () => {
        findRunning(options.state);
        return carryOut(recallReach(options.state), name, {
          sagasBegunBefore: (at) =>
            countBegunBefore(processConfigs(options.state)('orchestrator'), at),
          isDespiteSagas: options.despiteSagas ?? false,
          say: (line) => void process.stderr.write(`${line}\n`),
        });
      });
      tell(options, { ...report, isSound: report.behind.length === 0 }, stageLines(report));
    });
}
