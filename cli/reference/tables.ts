/** A table of Markdown: a row for each of the lists, cells with their bars escaped. */
export function markdownTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

const inCell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\s+/g, ' ').trim();

/** As code; nothing where there is nothing. */
export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** A whole number as people write it. */
export const written = (value: number): string => value.toLocaleString('en-US');
