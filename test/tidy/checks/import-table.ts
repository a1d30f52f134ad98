import { builtinModules } from 'node:module';

/** A row of the first table: what the files of one room may import. */
export interface RoomRule {
  readonly from: string;
  readonly mayImport: readonly string[];
}

/** A row of the second table: the only places that may import a package. */
export interface PackageRule {
  readonly packages: readonly string[];
  readonly onlyIn: readonly string[];
}

export interface ImportTable {
  readonly rooms: readonly RoomRule[];
  readonly packages: readonly PackageRule[];
  /** The only places that may read the environment of the process. */
  readonly environmentReaders: readonly string[];
}

function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Text in backticks, each an entry; a cell may explain itself around them. */
function entriesOf(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

/** Rows of the Markdown table whose first heading is `heading`. */
function tableNamed(markdown: string, heading: string): string[][] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => cellsOf(line)[0] === heading);
  if (start < 0) throw new Error(`There is no table headed | ${heading} |`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end < 0 ? undefined : end).map(cellsOf);
}

/** Reads the three tables of ARCHITECTURE.md that say who may import what. */
export function readImportTable(markdown: string): ImportTable {
  const rooms = tableNamed(markdown, 'from').flatMap(([from, targets]) =>
    entriesOf(from).map((room) => ({ from: room, mayImport: entriesOf(targets) })),
  );
  const packages = tableNamed(markdown, 'package').map(([names, places]) => ({
    packages: entriesOf(names),
    onlyIn: entriesOf(places),
  }));
  const environmentReaders = tableNamed(markdown, 'reads the environment').flatMap(([place]) =>
    entriesOf(place),
  );
  return { rooms, packages, environmentReaders };
}

/**
 * Compiles a pattern of the table. `**` stands for any path, `*` for one name, `{a,b}` for either, and `<service>`
 * for one name that must be the same wherever the row repeats it.
 */
export function compilePattern(pattern: string, bound?: Record<string, string>): RegExp {
  const source = pattern.replace(/\*\*|\*|\{[^}]+\}|<\w+>|[.+?^$()|[\]\\]/g, (token) => {
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token.startsWith('{')) return `(?:${token.slice(1, -1).split(',').join('|')})`;
    if (!token.startsWith('<')) return `\\${token}`;
    const name = token.slice(1, -1);
    return bound?.[name] ?? `(?<${name}>[^/]+)`;
  });
  return new RegExp(`^${source}$`);
}

const builtin = new Set(builtinModules.map((name) => `npm:${name}`));

/** The first row whose pattern fits the file, with the names it bound. */
function rowFor(
  table: ImportTable,
  file: string,
): { rule: RoomRule; bound: Record<string, string> } | undefined {
  for (const rule of table.rooms) {
    const match = compilePattern(rule.from).exec(file);
    if (match) return { rule, bound: { ...match.groups } };
  }
  return undefined;
}

/** Says why `file` may not import `target`, or nothing when it may. */
export function forbidden(table: ImportTable, file: string, target: string): string | undefined {
  if (builtin.has(target)) return `write node:${target.slice(4)}`;
  const reserved = table.packages.find((rule) =>
    rule.packages.some((name) => compilePattern(`npm:${name}`).test(target)),
  );
  if (reserved && !reserved.onlyIn.some((place) => compilePattern(place).test(file))) {
    return `${target.slice(4)} belongs only in ${reserved.onlyIn.join(', ')}`;
  }
  const row = rowFor(table, file);
  if (!row) return 'no row of the import table speaks of this file';
  const allowed = row.rule.mayImport.some((pattern) =>
    compilePattern(pattern, row.bound).test(target),
  );
  return allowed ? undefined : `${row.rule.from} may not import ${target}`;
}
