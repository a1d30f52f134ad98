import { CommandError } from '../command-error';
import type { Names } from './names';

/** A file in which every saga has its line, and what that line names. */
interface Registry {
  readonly file: string;
  /** Behind the name of the saga, in camel case and in the name of its file. */
  readonly suffix: string;
  readonly module: string;
}

const registries: readonly Registry[] = [
  { file: 'workflows/catalog.ts', suffix: 'Contract', module: 'contract' },
  { file: 'workflows/index.ts', suffix: '', module: 'saga' },
  { file: 'workflows/recipes.ts', suffix: 'Recipe', module: 'verify' },
];

/** As wide as the code is. */
const columns = 100;

/** The list that the file ends with: what stands before it, its names, and what stands behind it. */
const list =
  /^(?<before>export (?:const \w+: [^=]+ = |default \w+\()\[)(?<names>[^\]]*)(?<after>\]\)?;)$/m;

/**
 * The three registries with one saga more, by file: an import in its place in the alphabet, and a name at the end of
 * the list, laid out as prettier does. `read` answers the text of a file. Throws REGISTRY_UNREADABLE.
 */
export function withSaga(
  { kebab, camel }: Names,
  read: (file: string) => string,
): Readonly<Record<string, string>> {
  const entries = registries.map(({ file, suffix, module }) => {
    const text = read(file);
    const name = `${camel}${suffix}`;
    const line = `import { ${name} } from './${kebab}.${module}';`;
    return [file, withName(withImport(text, line), name, file)] as const;
  });
  return Object.fromEntries(entries);
}

/** A file with one import more, in its place in the alphabet. */
export function withImport(text: string, line: string): string {
  const lines = text.split('\n');
  const isOwn = (one: string): boolean => /^import .* from '\.\//.test(one);
  const last = lines.findLastIndex((one) => one.startsWith('import '));
  const next = lines.findIndex((one) => isOwn(one) && moduleOf(one) > moduleOf(line));
  return lines.toSpliced(next < 0 ? last + 1 : next, 0, line).join('\n');
}

/** What is thrown for a file that people have changed beyond what can be added to. */
export function unreadable(file: string, name: string): CommandError {
  return new CommandError({
    code: 'REGISTRY_UNREADABLE',
    cause: `${file} has no list that one name could be added to`,
    fix: `add ${name} to it by hand: docs/add-a-saga.md shows how it looks`,
  });
}

const moduleOf = (line: string): string => /from '([^']+)'/.exec(line)?.[1] ?? '';

function withName(text: string, name: string, file: string): string {
  const { before, names, after } = list.exec(text)?.groups ?? {};
  if (before === undefined || names === undefined || after === undefined) {
    throw unreadable(file, name);
  }
  const all = [...names.split(',').map((one) => one.trim()), name].filter((one) => one !== '');
  const short = `${before}${all.join(', ')}${after}`;
  const long = [before, ...all.map((one) => `  ${one},`), after].join('\n');
  return text.replace(list, () => (short.length <= columns ? short : long));
}
