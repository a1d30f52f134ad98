import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { Fault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { EventSchemas } from '../outbox/ports';
import { closeProblem, opened } from './schemas/shape';
import {
  readSchemaFiles,
  schemasDirectory,
  versionOf,
  SchemaFileError,
  type SchemaFile,
} from './schemas/files';

/** What a tolerant reader says about a payload it was given. */
export type ReadVerdict =
  | { readonly verdict: 'valid' }
  /** Nothing is known about this type: whoever does not fold it may let it pass. */
  | { readonly verdict: 'unknown-type' }
  /** The type is known, this major version is not: an upcaster or a newer build is missing. */
  | { readonly verdict: 'unknown-version' }
  | { readonly verdict: 'invalid'; readonly detail: string };

/** The schemas of every event, for those who write (closed, newest version) and read (tolerant, any version). */
export interface SchemaRegistry extends EventSchemas {
  /** Checks a payload of any version of a known major; members nobody declared are ignored. */
  read(type: string, version: string, data: Json): ReadVerdict;
  /** Checks a payload as its writer must: the version it names, and no member that version does not declare. */
  readClosed(type: string, version: string, data: Json): ReadVerdict;
  /** Hash of one version's file, or undefined when this build has no such file. */
  hashOf(type: string, version: string): string | undefined;
}

interface Entry {
  readonly file: SchemaFile;
  readonly write: ValidateFunction;
  readonly read: ValidateFunction;
}

/**
 * Loads and compiles `<directory>/events/<type>/<major>.<minor>.json`. Throws {@link SchemaFileError} when a file is
 * unusable or leaves an object open: a writer that may add members at will makes every later version incompatible.
 */
export function loadSchemas(directory: string = schemasDirectory): SchemaRegistry {
  const types = new Map<string, Entry[]>();
  for (const file of readSchemaFiles(directory)) {
    types.set(file.type, [...(types.get(file.type) ?? []), compile(file)]);
  }
  return {
    check: (type, data) => checkWritten(types.get(type)?.at(-1), type, data),
    read: (type, version, data) => readAs('read', types.get(type), { version, data }),
    readClosed: (type, version, data) => readAs('write', types.get(type), { version, data }),
    hashOf: (type, version) =>
      types.get(type)?.find(({ file }) => versionOf(file) === version)?.file.hash,
  };
}

function compile(file: SchemaFile): Entry {
  const problem = closeProblem(file.schema);
  if (problem) throw new SchemaFileError(`The schema ${file.name} is unusable: ${problem}`);
  try {
    const write = validator().compile(withoutId(file.schema));
    return { file, write, read: validator().compile(opened(withoutId(file.schema))) };
  } catch (error) {
    throw new SchemaFileError(`The schema ${file.name} is unusable: ${String(error)}`);
  }
}

function validator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: false });
  addFormats(ajv);
  return ajv;
}

function withoutId(schema: SchemaFile['schema']): SchemaFile['schema'] {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$id'));
}

function checkWritten(entry: Entry | undefined, type: string, data: Json) {
  if (!entry) throw new Fault('EVENT_INVALID', `${type} has no schema`);
  const version = versionOf(entry.file);
  if (!entry.write(data)) {
    throw new Fault('EVENT_INVALID', `${type} ${version}: ${describe(entry.write.errors)}`);
  }
  return { version, hash: entry.file.hash };
}

/** As a tolerant reader, or as a closed writer of that very version. */
function readAs(
  as: 'read' | 'write',
  entries: readonly Entry[] | undefined,
  { version, data }: { readonly version: string; readonly data: Json },
): ReadVerdict {
  if (!entries) return { verdict: 'unknown-type' };
  const sameMajor = entries.filter(({ file }) => String(file.major) === version.split('.')[0]);
  const entry = sameMajor.find(({ file }) => versionOf(file) === version) ?? sameMajor.at(-1);
  if (!entry) return { verdict: 'unknown-version' };
  if (entry[as](data)) return { verdict: 'valid' };
  return { verdict: 'invalid', detail: describe(entry[as].errors) };
}

/** Names the failing member by its JSON pointer, the surplus or missing one included. */
function describe(errors: ErrorObject[] | null | undefined): string {
  const error = errors?.[0];
  if (!error) return '/ is invalid';
  const params = error.params as { missingProperty?: string; additionalProperty?: string };
  const member = params.missingProperty ?? params.additionalProperty;
  const pointer = member === undefined ? error.instancePath : `${error.instancePath}/${member}`;
  return `${pointer || '/'} ${error.message ?? 'is invalid'}`;
}
