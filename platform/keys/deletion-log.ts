import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';

/** One subject that was forgotten. */
export interface Deletion {
  /** {@link hashOfSubject}: the log itself must not keep what it says is forgotten. */
  readonly subject: string;
  readonly reason: string;
  /** Who asked for it. */
  readonly by: string;
  readonly at: string;
}

/** The log of deletions was changed by somebody else than us. */
export class DeletionLogBroken extends Error {
  override readonly name = 'DeletionLogBroken';
  readonly code = 'DELETION_LOG_BROKEN';

  constructor(file: string, line: number) {
    super(`DELETION_LOG_BROKEN: line ${line} of ${file} does not follow from the one before it`);
  }
}

/** What the key store calls a subject: nothing that leads back to a person without knowing their id. */
export function hashOfSubject(subject: string): string {
  return createHash('sha256').update(`holdfast subject\n${subject}`).digest('hex');
}

/**
 * Who was forgotten, kept outside of the database: a backup of that does not take it back. Lines of JSON, each with the
 * checksum of itself and the line before.
 */
export interface DeletionLog {
  has(subject: string): boolean;
  entries(): readonly Deletion[];
  /** On the disk when it returns; a subject that is in it already is left as it is. */
  append(entry: Deletion): void;
}

function sumOf(before: string, { subject, reason, by, at }: Deletion): string {
  const text = JSON.stringify([before, subject, reason, by, at]);
  return createHash('sha256').update(text).digest('hex');
}

/** Lines that were finished; a last one without its end was never answered for, and is taken away. */
function finishedLines(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) truncateSync(file, end);
  return bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
}

function writeLine(file: string, line: string): void {
  const handle = openSync(file, 'a', 0o600);
  try {
    writeSync(handle, `${line}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Opens the log; throws {@link DeletionLogBroken} when a line was changed, taken out or put in. */
export function openDeletionLog(file: string): DeletionLog {
  const known = new Map<string, Deletion>();
  let last = '';
  finishedLines(file).forEach((line, index) => {
    const entry = parsed(line);
    if (entry === undefined || entry.sum !== sumOf(last, entry)) {
      throw new DeletionLogBroken(file, index + 1);
    }
    const { sum, ...deletion } = entry;
    last = sum;
    known.set(deletion.subject, deletion);
  });
  return {
    has: (subject) => known.has(subject),
    entries: () => [...known.values()],
    append(entry) {
      if (known.has(entry.subject)) return;
      const sum = sumOf(last, entry);
      writeLine(file, JSON.stringify({ ...entry, sum }));
      last = sum;
      known.set(entry.subject, entry);
    },
  };
}

function parsed(line: string): (Deletion & { readonly sum: string }) | undefined {
  try {
    return JSON.parse(line) as Deletion & { readonly sum: string };
  } catch {
    return undefined;
  }
}
