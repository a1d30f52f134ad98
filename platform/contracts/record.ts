import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { schemasDirectory } from '../event-log/schemas/files';
import { lockSchemas } from '../event-log/schemas/lock';
import { canonicalJson } from '../kernel/json';
import type { Json } from '../kernel/json';
import type { MessageKind, StepMessage } from '../kernel/step';
import { parseInput } from '../participant/parse';
import { brokenPromises } from './compare';
import { folderOf, readCommandVersions } from './files';
import type { CommandVersion } from './files';
import { describeFinding } from './rules';
import { sampleOf } from './sample';
import { commandSchemas } from './schema';
import type { CommandSchema, ParticipantCommands } from './schema';

export interface RecordOptions {
  readonly directory?: string;
  /** Commands whose next version is a new major: a break that older sagas are known to survive. */
  readonly majors?: readonly string[];
}

/**
 * Writes the next version of every command that changed, with golden messages of it, and locks both. Answers the
 * files it wrote. Throws, and writes nothing, when a change breaks what its major promised and the command is not in
 * `majors`.
 */
export function recordCommands(
  participants: readonly ParticipantCommands[],
  { directory = schemasDirectory, majors = [] }: RecordOptions = {},
): readonly string[] {
  const released = readCommandVersions(directory);
  const changed = participants.flatMap((participant) =>
    commandSchemas(participant)
      .map((schema) => ({ participant, schema, newest: released.get(schema.name)?.at(-1) }))
      .filter(({ schema, newest }) => canonicalJson(newest?.schema) !== canonicalJson(schema)),
  );
  const broken = changed
    .filter(({ schema }) => !majors.includes(schema.name))
    .flatMap(({ schema, newest }) => (newest ? brokenPromises(newest.schema, schema) : []));
  if (broken.length > 0) throw new Error(broken.map(describeFinding).join('\n'));
  const files = changed.flatMap(({ participant, schema, newest }) => {
    const version = versionAfter(newest, majors.includes(schema.name));
    const messages = `messages/${folderOf(schema.name)}/${version}.json`;
    const name = `commands/${folderOf(schema.name)}/${version}.json`;
    const file = { name, content: versionFile(schema, version) };
    // Golden messages written by hand stay as they are.
    if (existsSync(path.join(directory, messages))) return [file];
    return [file, { name: messages, content: goldenFile(participant, schema) }];
  });
  for (const { name, content } of files) write(path.join(directory, name), content);
  lockSchemas(directory);
  return files.map(({ name }) => name);
}

function versionAfter(newest: CommandVersion | undefined, isMajor: boolean): string {
  if (newest === undefined) return '1.0';
  return isMajor ? `${newest.major + 1}.0` : `${newest.major}.${newest.minor + 1}`;
}

function versionFile({ name, ...members }: CommandSchema, version: string): object {
  return { $id: `urn:holdfast:command:${name}:${version}`, title: name, ...members };
}

/** The least and the fullest message, without and with the plan of its step, and the settle of a command. */
function goldenFile(participant: ParticipantCommands, schema: CommandSchema): object {
  const command = schema.name.slice(participant.name.length + 1);
  const inputs = [true, false].map((least) => checkedSample(participant, schema, least));
  const kind: MessageKind = schema.kind === 'undo' ? 'undo' : 'forward';
  const message = (changes: Pick<StepMessage, 'kind' | 'input'>): StepMessage => ({
    sagaId: 'golden:1/run-1',
    step: schema.name,
    epoch: 0,
    run: 'run-1',
    command,
    saga: 'golden',
    correlationId: 'golden:1',
    owner: 'customer-1',
    ...changes,
  });
  const [least = null, full = null] = inputs;
  const plan = { kind: 'compensatable', order: 0 } as const;
  const messages = [message({ kind, input: least }), { ...message({ kind, input: full }), plan }];
  if (kind === 'undo') return { command: schema.name, messages };
  const settle = message({ kind: 'settle', input: least });
  return { command: schema.name, messages: [...messages, settle] };
}

function checkedSample({ commands }: ParticipantCommands, schema: CommandSchema, least: boolean) {
  const input: Json = sampleOf(schema.input, least);
  const contract = commands[schema.name.split('.')[1] ?? ''];
  try {
    if (contract !== undefined) parseInput(contract.input, input);
    return input;
  } catch (error) {
    throw new Error(
      `No sample of ${schema.name} could be made (${(error as Error).message}).\n` +
        `  fix: write schemas/messages/${folderOf(schema.name)}/<version>.json by hand, then record again`,
      { cause: error },
    );
  }
}

function write(file: string, content: object): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}
