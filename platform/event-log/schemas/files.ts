import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson, type Json } from '../../kernel/json';
import { projectRoot } from '../../runtime/paths';

/** The project's own schemas, a folder for each kind below; the hashes of all in `schemas.lock.json`. */
export const schemasDirectory = path.join(projectRoot, 'schemas');

/**
 * What is kept for good, version by version: events, messages of the log that carried them, commands, and messages
 * that carried those.
 */
export const schemaKinds = ['events', 'golden', 'commands', 'messages'] as const;

export type SchemaKind = (typeof schemaKinds)[number];

/** One immutable schema file. */
export interface SchemaFile {
  /** Event type or command, the name of its folder, for example `order.opened` or `orders.request-return`. */
  readonly type: string;
  readonly major: number;
  readonly minor: number;
  /** Place below the schemas folder with forward slashes: the key in the lock. */
  readonly name: string;
  readonly schema: { readonly [key: string]: Json };
  /** sha256 of the canonical JSON, hexadecimal: white space and member order do not matter. */
  readonly hash: string;
}

/** `<major>.<minor>`, as an event names the version it was written by. */
export function versionOf({ major, minor }: Pick<SchemaFile, 'major' | 'minor'>): string {
  return `${major}.${minor}`;
}

/** Thrown at start: schemas are part of the program, a process with unusable ones must not run. */
export class SchemaFileError extends Error {
  readonly code = 'SCHEMA_FILE_INVALID';
}

const versionFile = /^(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.json$/;
const typeFolder = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/;

/**
 * Reads every `<kind>/<type>/<major>.<minor>.json` below `directory`, ascending by type and version; none where the
 * folder of the kind is missing. Throws {@link SchemaFileError} for a name that is none of ours or a file that is no
 * JSON object.
 */
export function readSchemaFiles(
  directory: string = schemasDirectory,
  kind: SchemaKind = 'events',
): readonly SchemaFile[] {
  const folder = path.join(directory, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const type = `${kind}/${entry.name}`;
      if (!typeFolder.test(entry.name)) throw invalid(type, 'the folder has no name of ours');
      return readdirSync(path.join(directory, type)).map((file) =>
        readSchemaFile(directory, { kind, type: entry.name }, file),
      );
    })
    .sort(byTypeAndVersion);
}

function readSchemaFile(
  directory: string,
  { kind, type }: { readonly kind: SchemaKind; readonly type: string },
  file: string,
): SchemaFile {
  const name = `${kind}/${type}/${file}`;
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
