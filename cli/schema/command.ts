import { Command } from 'commander';
import { checkCommands } from '../../platform/contracts/check';
import { recordCommands } from '../../platform/contracts/record';
import { describeFinding, isWorkLeft } from '../../platform/contracts/rules';
import { verifySchemaLock } from '../../platform/event-log/schemas/lock';
import { contractedParticipants } from './contracts';

interface CheckOptions {
  readonly json: boolean;
}

/** `holdfast schema`: what events and commands promised, and the next version of a command. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description(
      'Check what events and commands promised, or record the next version of a command.',
    )
    .addCommand(
      new Command('check')
        .description(
          'Compare contracts, schema files and golden messages; exit code 1 on any finding.',
        )
        .option('--json', 'one JSON object on standard output', false)
        .exitOverride()
        .action(check),
    )
    .addCommand(
      new Command('new')
        .description('Write and lock the next version of every command whose contract changed.')
        .option('--major <command...>', 'commands that break what they promised, on purpose')
        .addHelpText('after', '\nExample:\n  holdfast schema new --major payments.capture\n')
        .exitOverride()
        .action(recordNew),
    )
    .exitOverride();
}

function check({ json }: CheckOptions): void {
  const commands = checkCommands(contractedParticipants);
  const files = verifySchemaLock();
  if (json) process.stdout.write(`${JSON.stringify({ commands, files })}\n`);
  const lines = [
    ...commands.map(describeFinding),
    ...files.map(({ code, name, detail }) => `${code} ${name} ${detail}`),
  ];
  for (const line of lines) process.stderr.write(`${line}\n`);
  if (lines.length > 0) process.exitCode = 1;
  else if (!json) process.stderr.write('Every event and command is as it was promised.\n');
}

function recordNew({ major = [] }: { major?: readonly string[] }): void {
  const broken = checkCommands(contractedParticipants).filter(
    (finding) => finding.rule === 'MESSAGE_REFUSED' || finding.rule === 'COMMAND_REMOVED',
  );
  if (broken.length > 0) throw refused(broken.map(describeFinding));
  const written = recordCommands(contractedParticipants, { majors: major });
  for (const name of written) process.stderr.write(`wrote schemas/${name}\n`);
  const left = checkCommands(contractedParticipants).filter((finding) => !isWorkLeft(finding));
  if (left.length > 0) throw refused(left.map(describeFinding));
}

function refused(lines: readonly string[]): Error {
  const error = new Error(`COMMAND_BROKEN: what was promised is not kept\n${lines.join('\n')}`);
  return Object.assign(error, {
    code: 'COMMAND_BROKEN',
    fix: 'keep the old members beside the new ones, or add a command under another name',
  });
}
