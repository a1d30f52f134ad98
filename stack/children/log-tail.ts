import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const tailBytesMax = 16_384;

/** The last non-empty lines of a log; empty when there is none. Lines are cut so that a message stays readable. */
export function logTail(file: string, linesMax = 12): string[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return [];
  }
  try {
    const size = fstatSync(descriptor).size;
    const length = Math.min(size, tailBytesMax);
    const buffer = Buffer.alloc(length);
    readSync(descriptor, buffer, 0, length, size - length);
    return lastLines(buffer.toString('utf8'), linesMax);
  } finally {
    closeSync(descriptor);
  }
}

/** The last non-empty lines of a text, each cut to 240 characters. */
export function lastLines(text: string, linesMax = 12): string[] {
  // Colours are control characters, and a message has none.
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
  const lines = plain.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-linesMax).map((line) => line.slice(0, 240));
}
