import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What is told of a scenario: its table, or the report as JSON; both are written where a folder is named. */
export function told(
  { out, json }: { readonly out?: string; readonly json: boolean },
  { table, report }: { readonly table: string; readonly report: object },
): string {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (out !== undefined) writeReport(out, { 'report.md': table, 'report.json': text });
  return json ? text : table;
}

/** Writes the files of a report into a folder, which is made where it is not there. */
export function writeReport(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
}
