import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { asyncApiDocument } from '../../platform/contracts/asyncapi/document';
import { checkCommands } from '../../platform/contracts/check';
import { schemaDiffs } from '../../platform/contracts/diff';
import type { VersionDiff } from '../../platform/contracts/diff';
import { describeEventFinding } from '../../platform/contracts/event-rules';
import { checkEvents } from '../../platform/contracts/events';
import { checkGolden, describeGoldenFinding } from '../../platform/contracts/golden/check';
import { recordGolden } from '../../platform/contracts/golden/record';
import { recordCommands } from '../../platform/contracts/record';
import { describeFinding, isWorkLeft } from '../../platform/contracts/rules';
import { checkUpcasters } from '../../platform/contracts/upcasters';
import { verifySchemaLock } from '../../platform/event-log/schemas/lock';
import { describeUpcasterFinding } from '../../platform/event-log/upcasters/upcaster';
import { projectRoot } from '../../platform/runtime/paths';
import { contractedParticipants, eventWriters } from './contracts';

const help = `
Examples:
  holdfast schema check
  holdfast schema diff payment.authorized
  holdfast schema golden
`;

interface CheckOptions {
  readonly json: boolean;
}

/** `holdfast schema`: what events and commands promised, what changed, and the next version of a command. */
export function schemaCommand(): Command {
  return new Command('schema')
    .addHelpText('after', help)
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
      new Command('diff')
        .description('Show what changed from each version of events and commands to the next.')
        .argument('[name]', 'one event or command, as its folder is named')
        .option('--json', 'one JSON object on standard output', false)
        .addHelpText('after', '\nExample:\n  holdfast schema diff payment.authorized\n')
        .exitOverride()
        .action(diff),
    )
    .addCommand(
      new Command('asyncapi')
        .description('Print every event as an AsyncAPI 3 document, as the gateway serves it.')
        .addHelpText('after', '\nExample:\n  holdfast schema asyncapi > events.json\n')
        .exitOverride()
        .action(asyncapi),
    )
    .addCommand(
      new Command('golden')
        .description('Write and lock golden events for every version that has none yet.')
        .option('--json', 'one JSON object on standard output', false)
        .addHelpText('after', '\nThey are kept for good: every later build must read them.\n')
        .exitOverride()
        .action(golden),
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
  const events = checkEvents();
  const upcasters = checkUpcasters();
  // Without a whole chain nothing of the log can be read, the golden events as little as any.
  const golden = upcasters.length === 0 ? checkGolden(eventWriters) : [];
  const files = verifySchemaLock();
  if (json)
    process.stdout.write(`${JSON.stringify({ commands, events, upcasters, golden, files })}\n`);
  const lines = [
    ...commands.map(describeFinding),
    ...events.map(describeEventFinding),
    ...upcasters.map(describeUpcasterFinding),
    ...golden.map(describeGoldenFinding),
    ...files.map(({ code, name, detail }) => `${code} ${name} ${detail}`),
  ];
  for (const line of lines) process.stderr.write(`${line}\n`);
  if (lines.length > 0) process.exitCode = 1;
  else if (!json) process.stderr.write('Every event and command is as it was promised.\n');
}

function diff(name: string | undefined, { json }: CheckOptions): void {
  const diffs = schemaDiffs(name);
  if (diffs === undefined) {
    const error = new Error(`SCHEMA_UNKNOWN: there is no event or command ${name ?? ''}`);
    const fix = 'look at the folders below schemas/events and schemas/commands';
    throw Object.assign(error, { code: 'SCHEMA_UNKNOWN', fix });
  }
  if (json) process.stdout.write(`${JSON.stringify({ diffs })}\n`);
  else for (const line of diffs.flatMap(diffLines)) process.stdout.write(`${line}\n`);
  if (!json && diffs.length === 0) process.stdout.write('There is one version only.\n');
}

function asyncapi(): void {
  const manifest = readFileSync(path.join(projectRoot, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  process.stdout.write(`${JSON.stringify(asyncApiDocument({ version }), null, 2)}\n`);
}

function golden({ json }: CheckOptions): void {
  const written = recordGolden(eventWriters);
  if (json) process.stdout.write(`${JSON.stringify({ written })}\n`);
  else for (const name of written) process.stderr.write(`wrote schemas/${name}\n`);
  if (!json && written.length === 0) process.stderr.write('Every version has golden events.\n');
}

function diffLines({ kind, name, from, to, changes }: VersionDiff): string[] {
  const lines = changes.map(({ member, was, is }) => {
    if (was === undefined) return `  + ${member} ${is ?? ''}`;
    return is === undefined ? `  - ${member} ${was}` : `  ~ ${member} ${was} → ${is}`;
  });
  return [`${kind} ${name} ${from} → ${to}`, ...(lines.length > 0 ? lines : ['  in words only'])];
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
