import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson, type Json } from '../../kernel/json';
import { projectRoot } from '../../runtime/paths';

/** The project's own schemas: event files under `events/`, their hashes in `schemas.lock.json`. */
export const schemasDirectory = path.join(projectRoot, 'schemas');

/** One immutable schema file. */
export interface SchemaFile {
  /** Event type, the name of its folder, for example `order.opened`. */
  readonly type: string;
  readonly major: number;
  readonly minor: number;
  /** Place below the schemas folder with forward slashes: the key in the lock. */
  readonly name: string;
  readonly schema: { readonly [key: string]: Json };
  /** sha256 of the canonical JSON, hexadecimal: white space and member order do not matter. */
  readonly hash: string;
}

/** Thrown at start: schemas are part of the program, a process with unusable ones must not run. */
export class SchemaFileError extends Error {
  readonly code = 'SCHEMA_FILE_INVALID';
}

const versionFile = /^(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.json$/;
const typeFolder = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/;

/**
 * Reads every `events/<type>/<major>.<minor>.json` below `directory`, ascending by type and version.
 * Throws {@link SchemaFileError} for a name that is none of ours or a file that is no JSON object.
 */
export function readSchemaFiles(directory: string = schemasDirectory): readonly SchemaFile[] {
  const events = path.join(directory, 'events');
  return readdirSync(events, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      if (!typeFolder.test(entry.name)) throw invalid(entry.name, 'the folder is no event type');
      return readdirSync(path.join(events, entry.name)).map((file) =>
        readSchemaFile(directory, entry.name, file),
      );
    })
    .sort(byTypeAndVersion);
}

function readSchemaFile(directory: string, type: string, file: string): SchemaFile {
  const name = `events/${type}/${file}`;
  const version = versionFile.exec(file);
  if (!version) throw invalid(name, 'the name must be <major>.<minor>.json');
  const schema = parse(name, readFileSync(path.join(directory, name), 'utf8'));
  const hash = createHash('sha256').update(canonicalJson(schema)).digest('hex');
  return { type, major: Number(version[1]), minor: Number(version[2]), name, schema, hash };
}

function parse(name: string, text: string): { readonly [key: string]: Json } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(name, String(error));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as { readonly [key: string]: Json };
  }
  throw invalid(name, 'a schema file holds one object');
}

function byTypeAndVersion(left: SchemaFile, right: SchemaFile): number {
  if (left.type !== right.type) return left.type < right.type ? -1 : 1;
  return left.major - right.major || left.minor - right.minor;
}

function invalid(name: string, why: string): SchemaFileError {
  return new SchemaFileError(`The schema ${name} is unusable: ${why}`);
}
