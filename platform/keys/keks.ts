import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dataKey, envelopeFormat, openBytes, sealBytes } from '../security/keys/envelope';
import type { DataKey, Place } from '../security/keys/envelope';

/** The file of key-encryption keys cannot be used; nothing is wrapped or unwrapped without it. */
export class KekFileError extends Error {
  override readonly name = 'KekFileError';

  constructor(
    readonly code: 'KEK_FILE_MISSING' | 'KEK_FILE_OPEN' | 'KEK_FILE_INVALID' | 'KEK_FILE_READ_ONLY',
    cause: string,
  ) {
    super(`${code}: ${cause}`);
  }
}

/** Key-encryption keys of a file: the last one wraps, every one unwraps. */
export interface Keks {
  currentId(): string;
  ids(): readonly string[];
  wrap(secret: Uint8Array, place: Place): string;
  /** Throws `EnvelopeRefused`: `KEY` where the file does not have the key it was wrapped with. */
  unwrap(wrapped: string, place: Place): Buffer;
  /**
   * Goes on to the next key: the one that somebody has added to the file since it was read, else a new one, which is
   * added to it. Throws `KEK_FILE_READ_ONLY` where it cannot be.
   */
  advance(): void;
}

/** One line a key, `<id> <32 bytes in base64url>`; empty lines and lines with `#` in front say nothing. */
function parse(text: string): readonly DataKey[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const keys = lines.map((line, index) => {
    const [id = '', secret = '', ...rest] = line.trim().split(/\s+/);
    try {
      if (rest.length > 0) throw new RangeError('a line has two words');
      return dataKey(id, Buffer.from(secret, 'base64url'));
    } catch {
      throw new KekFileError('KEK_FILE_INVALID', `key ${index + 1} is no id and 32 bytes`);
    }
  });
  const ids = new Set(keys.map(({ id }) => id));
  if (keys.length === 0) throw new KekFileError('KEK_FILE_INVALID', 'there is no key in it');
  if (ids.size < keys.length) throw new KekFileError('KEK_FILE_INVALID', 'an id is there twice');
  return keys;
}

function read(file: string): readonly DataKey[] {
  if (!existsSync(file)) throw new KekFileError('KEK_FILE_MISSING', `there is no ${file}`);
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new KekFileError('KEK_FILE_OPEN', `${file} must be its owner's alone: chmod 600`);
  }
  return parse(readFileSync(file, 'utf8'));
}

function newLine(): string {
  const id = `kek-${randomBytes(6).toString('hex')}`;
  return `${id} ${randomBytes(envelopeFormat.keyBytes).toString('base64url')}\n`;
}

/** Whole or not at all: a key that wraps must not be lost with half a file. */
function append(file: string, line: string): void {
  const before = readFileSync(file, 'utf8');
  const ends = before === '' || before.endsWith('\n') ? '' : '\n';
  try {
    writeFileSync(`${file}.next`, `${before}${ends}${line}`, { mode: 0o600, flush: true });
    renameSync(`${file}.next`, file);
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new KekFileError('KEK_FILE_READ_ONLY', `${code}: add a line to ${file} by hand`);
  }
}

/** Makes the file with a first key where there is none: for stacks that are their own operator. */
export function ensureKekFile(file: string): void {
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, newLine(), { mode: 0o600, flush: true });
}

/** Reads the file. Throws {@link KekFileError} for one that is missing, readable by others, or no list of keys. */
export function openKeks(file: string): Keks {
  if (file === '') throw new KekFileError('KEK_FILE_MISSING', 'HOLDFAST_KEK_FILE is not set');
  let keys = read(file);
  const last = (): DataKey => keys[keys.length - 1]!;
  return {
    currentId: () => last().id,
    ids: () => keys.map(({ id }) => id),
    wrap: (secret, place) => sealBytes(secret, last(), place),
    unwrap: (wrapped, place) =>
      openBytes(wrapped, (id) => keys.find((key) => key.id === id), place),
    advance() {
      const before = last().id;
      keys = read(file);
      if (last().id !== before) return;
      append(file, newLine());
      keys = read(file);
    },
  };
}
