import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readSchemaFiles, schemaKinds, schemasDirectory } from './files';
import type { SchemaFile } from './files';

/** One way in which files and lock disagree. `changed` and `missing` are mistakes; `unlocked` is work left to do. */
export interface LockDifference {
  readonly code: 'SCHEMA_CHANGED' | 'SCHEMA_MISSING' | 'SCHEMA_UNLOCKED';
  /** File below the schemas folder. */
  readonly name: string;
  readonly detail: string;
}

type Lock = Readonly<Record<string, string>>;

const lockName = 'schemas.lock.json';

/**
 * Compares every schema file with the lock. Events of a released version are in the log for good, and sagas in flight
 * send commands of it, so its file may neither change nor go: write the next version instead.
 */
export function verifySchemaLock(directory: string = schemasDirectory): readonly LockDifference[] {
  const lock = readLock(directory);
  const files = new Map(allFiles(directory).map((file) => [file.name, file.hash]));
  const known = [...files].flatMap(([name, hash]) => compare(name, hash, lock[name]));
  const gone = Object.keys(lock)
    .filter((name) => !files.has(name))
    .map((name) => difference('SCHEMA_MISSING', name, 'is locked and must stay'));
  return [...known, ...gone];
}

/**
 * Adds the files that are not locked yet and answers their names. Changes nothing and throws when a locked file
 * changed or is gone.
 */
export function lockSchemas(directory: string = schemasDirectory): readonly string[] {
  const differences = verifySchemaLock(directory);
  const mistakes = differences.filter(({ code }) => code !== 'SCHEMA_UNLOCKED');
  if (mistakes.length > 0) {
    throw new Error(
      mistakes.map(({ code, name, detail }) => `${code} ${name} ${detail}`).join('\n'),
    );
  }
  const lock = Object.fromEntries(allFiles(directory).map(({ name, hash }) => [name, hash]));
  writeFileSync(path.join(directory, lockName), `${JSON.stringify(lock, null, 2)}\n`);
  return differences.map(({ name }) => name);
}

function allFiles(directory: string): readonly SchemaFile[] {
  return schemaKinds.flatMap((kind) => readSchemaFiles(directory, kind));
}

function compare(name: string, hash: string, locked: string | undefined): LockDifference[] {
  if (locked === hash) return [];
  if (locked !== undefined) {
    return [difference('SCHEMA_CHANGED', name, 'is locked: write the next version instead')];
  }
  const fix = 'is not locked: run npm run schemas:lock';
  return [difference('SCHEMA_UNLOCKED', name, fix)];
}

function difference(code: LockDifference['code'], name: string, detail: string): LockDifference {
  return { code, name, detail };
}

function readLock(directory: string): Lock {
  const file = path.join(directory, lockName);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Lock) : {};
}
