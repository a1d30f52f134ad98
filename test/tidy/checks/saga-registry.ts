import type { Finding } from './finding';
import { importsOf, parseSource } from './source';
import type { RepositoryFile } from './repository';

function importedNames(file: RepositoryFile | undefined): ReadonlySet<string> {
  if (!file) return new Set();
  return new Set(importsOf(parseSource(file)).map(({ specifier }) => specifier));
}

/**
 * Sagas nobody can start and contracts nobody runs: every `<name>.saga.ts` has a
 * `<name>.contract.ts`, the orchestrator's registry imports the one and the gateway's catalog the
 * other.
 */
export function checkSagaRegistry(workflows: readonly RepositoryFile[]): Finding[] {
  const files = new Set(workflows.map(({ file }) => file));
  const find = (name: string) => workflows.find(({ file }) => file === `workflows/${name}`);
  const [catalog, registry] = [importedNames(find('catalog.ts')), importedNames(find('index.ts'))];
  return [...files].flatMap((file) => {
    const [, name, kind] = /^workflows\/([\w-]+)\.(saga|contract)\.ts$/.exec(file) ?? [];
    if (name === undefined) return [];
    const [other, list, listName] =
      kind === 'saga'
        ? (['contract', registry, 'workflows/index.ts'] as const)
        : (['saga', catalog, 'workflows/catalog.ts'] as const);
    const problems = [
      ...(files.has(`workflows/${name}.${other}.ts`) ? [] : [`has no ${name}.${other}.ts`]),
      ...(list.has(`./${name}.${kind}`) ? [] : [`is not in ${listName}`]),
    ];
    return problems.map((problem) => ({ file, problem }));
  });
}
