import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
} from 'node:fs';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** So much of the end of a file is looked at before it is followed, bytes. */
const tailBytes = 4_000_000;

/** Names of the processes that have a log in a state folder. */
export function logNames(stateDir: string): readonly string[] {
  const folder = path.resolve(stateDir, 'logs');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.log'));
  return files.map((file) => path.parse(file).name).sort();
}

const linesIn = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line.trim() !== '');

/** A log file that grows while it is read. */
export interface LogFile {
  readonly name: string;
  /** Lines since the last time; the end of the file, the first time. A line that is half written waits. */
  next(): readonly string[];
}

/**
 * Opens the log of a process; it need not be there yet. Whoever looks for something in it begins at its first line, and
 * at that of the file before it, which was put aside when it had grown too large.
 */
export function openLogFile(stateDir: string, name: string, fromStart = false): LogFile {
  const file = path.resolve(stateDir, 'logs', `${name}.log`);
  const older = `${file}.1`;
  let aside = fromStart && existsSync(older) ? linesIn(readFileSync(older, 'utf8')) : [];
  let decoder = new StringDecoder('utf8');
  let at: number | undefined;
  let rest = '';

  /** Bytes behind `at`; a file that is shorter than it was has been begun anew. */
  function grown(): string {
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      if (at !== undefined && size < at) [at, rest, decoder] = [0, '', new StringDecoder('utf8')];
      const from = at ?? (fromStart ? 0 : Math.max(0, size - tailBytes));
      const buffer = Buffer.alloc(size - from);
      const read = readSync(descriptor, buffer, 0, buffer.length, from);
      // Where it begins in the middle, so does its first line.
      const text = decoder.write(buffer.subarray(0, read));
      const whole = at === undefined && from > 0 ? text.slice(text.indexOf('\n') + 1) : text;
      at = from + read;
      return whole;
    } finally {
      closeSync(descriptor);
    }
  }

  return {
    name,
    next() {
      const before = aside;
      aside = [];
      if (!existsSync(file)) return before;
      const text = rest + grown();
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      return [...before, ...linesIn(text.slice(0, end))];
    },
  };
}
