import ts from 'typescript';
import type { Finding } from './finding';
import { importsOf, lineOf, resolveImport } from './source';
import type { Source } from './source';

/** Files that these draw in when they run, themselves among them. */
export function drawnIn(files: readonly string[], sources: ReadonlyMap<string, Source>): string[] {
  const found = new Set<string>();
  const follow = (file: string): void => {
    const source = sources.get(file);
    if (source === undefined || found.has(file)) return;
    found.add(file);
    for (const { specifier, typeOnly } of importsOf(source)) {
      if (!typeOnly) follow(resolveImport(file, specifier, (path) => sources.has(path)));
    }
  };
  files.forEach(follow);
  return [...found].sort();
}

/** What starts empty, and can only have been made to be filled. */
function isMadeToBeFilled(value: ts.Expression | undefined): boolean {
  if (value === undefined) return false;
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0;
  if (ts.isObjectLiteralExpression(value)) return value.properties.length === 0;
  if (!ts.isNewExpression(value)) return false;
  return (
    /^(Weak)?(Map|Set)$/.test(value.expression.getText()) && (value.arguments ?? []).length === 0
  );
}

/** Variables of a module that change: whoever shares the module shares them. */
export function checkSharedState(source: Source): Finding[] {
  const { file } = source;
  return source.tree.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => {
    const changes = (declarationList.flags & ts.NodeFlags.Const) === 0;
    return declarationList.declarations
      .filter(({ initializer }) => changes || isMadeToBeFilled(initializer))
      .map((node) => {
        const problem = `${node.name.getText()} holds state, and every saga of a thread shares it`;
        return { file, line: lineOf(source, node), problem };
      });
  });
}
