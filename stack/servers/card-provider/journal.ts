import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Entry, Outcome } from './ledger';
import { Ledger } from './ledger';

/** The provider's books on disk. */
export interface Journal {
  readonly ledger: Ledger;
  /** Answers a request, once per key; what changes the books is on disk before it is answered. */
  answer(entry: Entry): Outcome;
  close(): void;
}

/**
 * Opens the books: a file of one JSON line per entry, replayed at start. A last line without its end was never
 * answered, so it is cut off; anything else that cannot be read is damage, and throws.
 */
export function openJournal(file: string): Journal {
  const handle = openSync(file, 'a+', 0o600);
  fsyncFolder(path.dirname(file));
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  ftruncateSync(handle, Buffer.byteLength(whole));
  const ledger = new Ledger();
  for (const line of whole.split('\n').filter(Boolean)) ledger.apply(JSON.parse(line) as Entry);
  return {
    ledger,
    answer(entry) {
      const known = ledger.known(entry);
      if (known !== undefined) return known;
      writeSync(handle, `${JSON.stringify(entry)}\n`);
      fdatasyncSync(handle);
      return ledger.apply(entry);
    },
    close: () => closeSync(handle),
  };
}

/** A file that was just made is there after a crash only when its folder was synced too. */
function fsyncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
