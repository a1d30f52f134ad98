import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';
import ts from 'typescript';
import { projectRoot } from '../../platform/runtime/paths';
import { changedOnce } from '../support/source-changes';
import type { Mutation } from './mutations';
import type { Rules } from './rules';

const requireOutside = createRequire(path.join(projectRoot, 'package.json'));

const entries = [
  'platform/participant/fence-table',
  'platform/saga/machine/machine',
  'platform/saga/machine/recovery',
  'platform/saga/machine/state',
  'platform/saga/machine/verbs',
] as const;

/** The real functions, read from their sources with one rule taken out; modules of a process are left as they are. */
export function mutatedRules({ changes, recovery }: Mutation): Rules {
  const untouched = new Set(changes.map(({ file }) => file));
  const modules = new Map<string, { exports: object }>();
  const load = (file: string): object => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const source = changes
      .filter((change) => change.file === `${file}.ts`)
      .reduce((text, change) => changedOnce(text, change), sourceOf(file));
    untouched.delete(`${file}.ts`);
    const require = (specifier: string): unknown =>
      specifier.startsWith('.')
        ? load(path.posix.join(path.posix.dirname(file), specifier))
        : requireOutside(specifier);
    evaluate(source, { require, module });
    return module.exports;
  };
  const exported = entries.map(load);
  if (untouched.size > 0) throw new Error(`no rule is in ${[...untouched].join(', ')}`);
  const rules = Object.assign({}, ...exported) as Rules;
  return recovery === undefined ? rules : { ...rules, recovery };
}

function sourceOf(file: string): string {
  return readFileSync(path.join(projectRoot, `${file}.ts`), 'utf8');
}

function evaluate(
  source: string,
  scope: { readonly require: (specifier: string) => unknown; readonly module: { exports: object } },
): void {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const wrapped = `(function (require, module, exports) {${outputText}\n})`;
  const run = new Script(wrapped).runInThisContext() as (
    require: (specifier: string) => unknown,
    module: { exports: object },
    exports: object,
  ) => void;
  run(scope.require, scope.module, scope.module.exports);
}
