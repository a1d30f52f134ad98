/** Where a command's answer goes: columns on a terminal, one line with tabs per row in a pipe. */
export interface Output {
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** The output of this process. */
export const standardOutput: Output = {
  get isTerminal() {
    return process.stdout.isTTY === true;
  },
  write: (text) => void process.stdout.write(text),
};

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Rows under a heading. A pipe gets no heading, and tabs between the cells. */
export function table(
  out: Output,
  heading: readonly string[],
  rows: readonly (readonly unknown[])[],
): void {
  const texts = rows.map((row) => row.map(cell));
  if (!out.isTerminal) {
    for (const row of texts) out.write(`${row.join('\t')}\n`);
    return;
  }
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  for (const row of [heading, ...texts]) out.write(`${line(row)}\n`);
}

/** The answer as it came, on one line. */
export function json(out: Output, body: unknown): void {
  out.write(`${JSON.stringify(body)}\n`);
}
