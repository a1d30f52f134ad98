import { readSchemaFiles, SchemaFileError } from '../event-log/schemas/files';
import type { SchemaFile } from '../event-log/schemas/files';
import type { StepMessage } from '../kernel/step';
import type { CommandSchema } from './schema';

/** One version of one command, as it was released. */
export interface CommandVersion {
  readonly major: number;
  readonly minor: number;
  readonly schema: CommandSchema;
}

/** Messages of one version, as an orchestrator of that time sends them. */
export interface GoldenMessages {
  readonly command: string;
  /** `<major>.<minor>`. */
  readonly version: string;
  readonly messages: readonly StepMessage[];
}

/** Folder of a command below `commands` and `messages`: its name in kebab-case, as all our files. */
export function folderOf(command: string): string {
  return command.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Versions of every command ever released, ascending, by command. */
export function readCommandVersions(
  directory?: string,
): ReadonlyMap<string, readonly CommandVersion[]> {
  const versions = new Map<string, CommandVersion[]>();
  for (const file of readSchemaFiles(directory, 'commands')) {
    const version = versionOf(file);
    const { name } = version.schema;
    versions.set(name, [...(versions.get(name) ?? []), version]);
  }
  return versions;
}

/** The golden messages of every command version. Throws {@link SchemaFileError} for a file without messages. */
export function readGoldenMessages(directory?: string): readonly GoldenMessages[] {
  return readSchemaFiles(directory, 'messages').map(({ major, minor, name, schema }) => {
    const { command } = schema;
    const messages = schema.messages as unknown as readonly StepMessage[] | undefined;
    if (typeof command !== 'string' || !Array.isArray(messages) || messages.length === 0) {
      throw new SchemaFileError(`${name} is unusable: it needs "command" and "messages"`);
    }
    return { command, version: `${major}.${minor}`, messages: messages as StepMessage[] };
  });
}

function versionOf({ major, minor, name, schema }: SchemaFile): CommandVersion {
  const { title, kind, input } = schema;
  if (
    typeof title !== 'string' ||
    (kind !== 'command' && kind !== 'undo') ||
    typeof input !== 'object'
  ) {
    throw new SchemaFileError(
      `The schema ${name} is unusable: it needs "title", "kind" and "input"`,
    );
  }
  const members = Object.entries(schema).filter(
    ([member]) => member !== '$id' && member !== 'title',
  );
  const command = { ...Object.fromEntries(members), name: title };
  return { major, minor, schema: command as unknown as CommandSchema };
}
