import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { upcasters as registered } from '../../schemas/upcasters';
import { Fault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { EventSchemas } from '../outbox/ports';
import { createReader, describe } from './reader';
import type { ReadVerdict } from './reader';
import { closeProblem, opened } from './schemas/shape';
import {
  readSchemaFiles,
  schemasDirectory,
  versionOf,
  SchemaFileError,
  type SchemaFile,
} from './schemas/files';
import { chainFindings } from './upcasters/chain';
import { UpcasterError } from './upcasters/upcaster';
import type { Upcaster } from './upcasters/upcaster';

export type { ReadVerdict } from './reader';

/** The schemas of every event, for those who write (closed, newest version) and read (tolerant, any version). */
export interface SchemaRegistry extends EventSchemas {
  /**
   * Checks a payload of any version of a known major, and reads it as one of the newest; members nobody declared are
   * ignored.
   */
  read(type: string, version: string, data: Json): ReadVerdict;
  /** Checks a payload as its writer must: the version it names, and no member that version does not declare. */
  readClosed(type: string, version: string, data: Json): ReadVerdict;
  /** Hash of one version's file, or undefined when this build has no such file. */
  hashOf(type: string, version: string): string | undefined;
}

/** One version, compiled for its writer and for its readers when it is first asked. */
export interface SchemaEntry {
  readonly file: SchemaFile;
  readonly write: ValidateFunction;
  readonly read: ValidateFunction;
}

/**
 * Loads `<directory>/events/<type>/<major>.<minor>.json`. Throws {@link SchemaFileError} when a file is unusable or
 * leaves an object open: a writer that may add members at will makes every later version incompatible; and
 * {@link UpcasterError} when events of an older major could not be read as those of the newest.
 *
 * The schemas of this build are locked and compiled by its tests, so a process compiles those it uses, when it first
 * does: all of them took it a second and more at every start. Others are compiled at once, unless `compiled` says.
 */
export function loadSchemas(
  directory: string = schemasDirectory,
  upcasters: readonly Upcaster[] = directory === schemasDirectory ? registered : [],
  compiled: 'at-once' | 'when-used' = directory === schemasDirectory ? 'when-used' : 'at-once',
): SchemaRegistry {
  const files = readSchemaFiles(directory);
  const [wrong] = chainFindings(files, upcasters);
  if (wrong) throw new UpcasterError(wrong);
  const types = new Map<string, SchemaEntry[]>();
  // One for all: each would compile the schema of schemas anew, which takes longer than all of ours.
  const ajv = once(validator);
  for (const file of files) {
    const entry = entryOf(file, ajv);
    if (compiled === 'at-once') void [entry.write, entry.read];
    types.set(file.type, [...(types.get(file.type) ?? []), entry]);
  }
  const reader = createReader(types, upcasters);
  const hashes = new Map(files.map((file) => [`${file.type} ${versionOf(file)}`, file.hash]));
  return {
    check: (type, data) => checkWritten(types.get(type)?.at(-1), type, data),
    ...reader,
    hashOf: (type, version) => hashes.get(`${type} ${version}`),
  };
}

function entryOf(file: SchemaFile, ajv: () => Ajv2020): SchemaEntry {
  const problem = closeProblem(file.schema);
  if (problem) throw new SchemaFileError(`The schema ${file.name} is unusable: ${problem}`);
  const compile = (schema: SchemaFile['schema']): ValidateFunction => {
    try {
      return ajv().compile(schema);
    } catch (error) {
      throw new SchemaFileError(`The schema ${file.name} is unusable: ${String(error)}`);
    }
  };
  const write = once(() => compile(withoutId(file.schema)));
  const read = once(() => compile(opened(withoutId(file.schema))));
  return {
    file,
    get write() {
      return write();
    },
    get read() {
      return read();
    },
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function validator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: false });
  addFormats(ajv);
  return ajv;
}

function withoutId(schema: SchemaFile['schema']): SchemaFile['schema'] {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$id'));
}

function checkWritten(entry: SchemaEntry | undefined, type: string, data: Json) {
  if (!entry) throw new Fault('EVENT_INVALID', `${type} has no schema`);
  const version = versionOf(entry.file);
  if (!entry.write(data)) {
    throw new Fault('EVENT_INVALID', `${type} ${version}: ${describe(entry.write.errors)}`);
  }
  return { version, hash: entry.file.hash };
}
