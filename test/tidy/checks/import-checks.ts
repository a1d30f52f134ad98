import ts from 'typescript';
import type { Finding } from './finding';
import { compilePattern, forbidden } from './import-table';
import type { ImportTable } from './import-table';
import { importsOf, lineOf, resolveImport, visit } from './source';
import type { Source } from './source';

/** Every import that no row of the table allows. */
export function checkImports(sources: readonly Source[], table: ImportTable): Finding[] {
  const known = new Set(sources.map(({ file }) => file));
  return sources.flatMap((source) =>
    importsOf(source).flatMap(({ specifier, line }) => {
      const target = resolveImport(source.file, specifier, (file) => known.has(file));
      const problem = forbidden(table, source.file, target);
      return problem === undefined ? [] : [{ file: source.file, line, problem }];
    }),
  );
}

function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) {
    return node.name.text === 'env' && /^(globalThis\.)?process$/.test(node.expression.getText());
  }
  return (
    ts.isElementAccessExpression(node) &&
    node.expression.getText() === 'process' &&
    /^['"`]env['"`]$/.test(node.argumentExpression.getText())
  );
}

/** Every read of `process.env` outside the composition roots. */
export function checkEnvironmentReaders(sources: readonly Source[], table: ImportTable): Finding[] {
  const allowed = table.environmentReaders.map((place) => compilePattern(place));
  return sources
    .filter(({ file }) => !allowed.some((place) => place.test(file)))
    .flatMap((source) => {
      const findings: Finding[] = [];
      visit(source, (node) => {
        if (!readsEnvironment(node)) return;
        const problem = 'reads process.env: only a composition root may';
        findings.push({ file: source.file, line: lineOf(source, node), problem });
      });
      return findings;
    });
}

/** Files that import each other in a ring; an import of types alone is erased and closes no ring. */
export function checkCycles(sources: readonly Source[]): Finding[] {
  const known = new Set(sources.map(({ file }) => file));
  const edges = new Map(
    sources.map((source) => [
      source.file,
      importsOf(source)
        .filter(({ typeOnly }) => !typeOnly)
        .map(({ specifier }) => resolveImport(source.file, specifier, (file) => known.has(file)))
        .filter((target) => known.has(target)),
    ]),
  );
  const findings: Finding[] = [];
  const finished = new Set<string>();
  const walk = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      const ring = [...trail.slice(trail.indexOf(file)), file];
      findings.push({ file, problem: `imports itself by ${ring.join(' → ')}` });
      return;
    }
    if (finished.has(file)) return;
    for (const target of edges.get(file) ?? []) walk(target, [...trail, file]);
    finished.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return findings;
}
