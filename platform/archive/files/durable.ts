import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Writes a file so that after a crash there is all of it or what was there before: written, flushed, renamed. */
export function writeDurably(file: string, content: Buffer): void {
  const draft = `${file}.tmp`;
  flushed(draft, 'w', (open) => {
    for (let done = 0; done < content.length;) done += writeSync(open, content, done);
  });
  renameSync(draft, file);
  flushed(path.dirname(file), 'r', () => undefined);
}

function flushed(file: string, flags: 'r' | 'w', work: (open: number) => void): void {
  const open = openSync(file, flags);
  try {
    work(open);
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}
