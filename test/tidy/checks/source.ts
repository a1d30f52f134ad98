import path from 'node:path';
import ts from 'typescript';
import type { RepositoryFile } from './repository';

/** One import, export-from or dynamic import of a source file. */
export interface ImportSite {
  /** As written: a relative path or the name of a package. */
  readonly specifier: string;
  readonly line: number;
  /** Erased by the compiler: it draws no code in, but it still couples the two rooms. */
  readonly typeOnly: boolean;
}

/** A parsed source file. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

export function parseSource({ file, text }: RepositoryFile): Source {
  return { file, text, tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) };
}

export function lineOf(source: Source, node: ts.Node): number {
  return source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1;
}

/** Visits every node of a file, parents first. */
export function visit(source: Source, see: (node: ts.Node) => void): void {
  const walk = (node: ts.Node): void => {
    see(node);
    ts.forEachChild(node, walk);
  };
  walk(source.tree);
}

function importedBy(node: ts.Node): { specifier: ts.Node; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: node.moduleSpecifier, typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return { specifier: node.moduleSpecifier, typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: node.argument.literal, typeOnly: true };
  }
  return ts.isCallExpression(node) ? importedByCall(node) : undefined;
}

function importedByCall(
  node: ts.CallExpression,
): { specifier: ts.Node; typeOnly: boolean } | undefined {
  const loads =
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    ['require', 'require.resolve'].includes(node.expression.getText());
  const specifier = node.arguments[0];
  return loads && specifier ? { specifier, typeOnly: false } : undefined;
}

/** Everything a file imports, in the order it is written; only literal names can be seen. */
export function importsOf(source: Source): readonly ImportSite[] {
  const sites: ImportSite[] = [];
  visit(source, (node) => {
    const found = importedBy(node);
    if (!found || !ts.isStringLiteralLike(found.specifier)) return;
    sites.push({
      specifier: found.specifier.text,
      line: lineOf(source, node),
      typeOnly: found.typeOnly,
    });
  });
  return sites;
}

/**
 * What a specifier stands for: the repository path of a file, or `npm:<package>`, or `node:<module>`.
 * `exists` tells which paths are files, so that a folder resolves to its index.
 * A path to nothing is taken for the source file of that name.
 */
export function resolveImport(
  from: string,
  specifier: string,
  exists: (file: string) => boolean,
): string {
  if (specifier.startsWith('node:')) return specifier;
  if (!specifier.startsWith('.')) {
    const parts = specifier.split('/');
    return `npm:${specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]}`;
  }
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));
  const candidates = [target, `${target}.ts`, `${target}.d.ts`, `${target}/index.ts`];
  return candidates.find(exists) ?? `${target}.ts`;
}
