import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Writes the files of a report into a folder, which is made where it is not there. */
export function writeReport(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
}
