import { canonicalJson } from '../kernel/json';
import { parseMessage } from '../participant/parse';
import { versionOf } from '../event-log/schemas/files';
import { brokenPromises } from './compare';
import { readCommandVersions, readGoldenMessages } from './files';
import type { GoldenMessages } from './files';
import type { CommandFinding } from './rules';
import { commandSchemas } from './schema';
import type { CommandSchema, ParticipantCommands } from './schema';

/**
 * Compares today's contracts with every version ever released: what a contract promised, what is not recorded yet, and
 * whether every message ever sent is still taken. Empty when all is well.
 */
export function checkCommands(
  participants: readonly ParticipantCommands[],
  directory?: string,
): readonly CommandFinding[] {
  const released = readCommandVersions(directory);
  const golden = readGoldenMessages(directory);
  const today = participants.flatMap(commandSchemas);
  const names = new Set(today.map(({ name }) => name));
  return [
    ...[...released.keys()]
      .filter((name) => !names.has(name))
      .map((command): CommandFinding => ({ rule: 'COMMAND_REMOVED', command, member: '' })),
    ...today.flatMap((schema) => comparedWith(schema, released.get(schema.name)?.at(-1)?.schema)),
    ...missingMessages(released, golden),
    ...golden.flatMap((one) => refusedMessages(participants, one)),
  ];
}

function comparedWith(today: CommandSchema, newest: CommandSchema | undefined): CommandFinding[] {
  if (newest !== undefined && canonicalJson(newest) === canonicalJson(today)) return [];
  const broken = newest === undefined ? [] : brokenPromises(newest, today);
  if (broken.length > 0) return broken;
  return [{ rule: 'VERSION_MISSING', command: today.name, member: '' }];
}

function missingMessages(
  released: ReturnType<typeof readCommandVersions>,
  golden: readonly GoldenMessages[],
): CommandFinding[] {
  const kept = new Set(golden.map(({ command, version }) => `${command} ${version}`));
  return [...released].flatMap(([command, versions]) =>
    versions
      .map(versionOf)
      .filter((version) => !kept.has(`${command} ${version}`))
      .map((detail): CommandFinding => ({ rule: 'MESSAGE_MISSING', command, member: '', detail })),
  );
}

/** Messages of any version, also of a major long replaced: a saga in flight may send them for years. */
function refusedMessages(
  participants: readonly ParticipantCommands[],
  { command, version, messages }: GoldenMessages,
): CommandFinding[] {
  const participant = participants.find(({ name }) => command.startsWith(`${name}.`));
  if (participant === undefined) return [];
  return messages.flatMap((message): CommandFinding[] => {
    try {
      parseMessage(participant.commands, message);
      return [];
    } catch (error) {
      const detail = `${message.kind} of version ${version}, ${(error as Error).message}`;
      return [{ rule: 'MESSAGE_REFUSED', command, member: 'input', detail }];
    }
  });
}
