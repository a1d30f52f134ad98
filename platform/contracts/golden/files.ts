import { readSchemaFiles, SchemaFileError, versionOf } from '../../event-log/schemas/files';
import type { LogMessage } from '../../event-log/ports';

/** Whole messages of one version of an event, as its writer sent them to the log. */
export interface GoldenEvents {
  readonly type: string;
  /** `<major>.<minor>`. */
  readonly version: string;
  /** File below the schemas folder. */
  readonly name: string;
  /** The least that was ever written of it first. */
  readonly messages: readonly LogMessage[];
}

/**
 * The golden events of every version, ascending by type and version. Throws {@link SchemaFileError} for a file without
 * messages.
 */
export function readGoldenEvents(directory?: string): readonly GoldenEvents[] {
  return readSchemaFiles(directory, 'golden').map((file) => {
    const { type, name, schema } = file;
    const messages: unknown = schema.messages;
    if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) {
      throw new SchemaFileError(
        `${name} is unusable: it needs "messages", each with key, value and headers`,
      );
    }
    return { type, version: versionOf(file), name, messages };
  });
}

function isMessage(message: unknown): message is LogMessage {
  const { key, value, headers } = (message ?? {}) as Partial<Record<keyof LogMessage, unknown>>;
  return typeof key === 'string' && typeof value === 'string' && typeof headers === 'object';
}
