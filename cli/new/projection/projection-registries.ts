import { unreadable, withImport } from '../registries';
import type { ProjectionNames } from './projection-names';

type Read = (file: string) => string;

/** A name more at the end of what stands between two brackets. Throws REGISTRY_UNREADABLE. */
function withEntry(
  text: string,
  { file, list, entry }: { readonly file: string; readonly list: RegExp; readonly entry: string },
): string {
  const groups = list.exec(text)?.groups;
  if (groups === undefined) throw unreadable(file, entry);
  const { before = '', names = '', after = '' } = groups;
  const all = [...names.split(',').map((one) => one.trim()), entry].filter((one) => one !== '');
  return text.replace(list, () => `${before}\n${all.map((one) => `  ${one},\n`).join('')}${after}`);
}

/** What the projector runs. */
function followed({ kebab, camel }: ProjectionNames, text: string): string {
  const file = 'projections/index.ts';
  const list = /(?<before>projections: readonly Projection\[\] = \[)(?<names>[^\]]*)(?<after>\];)/;
  const line = `import { ${camel} } from './${kebab}';`;
  return withImport(withEntry(text, { file, list, entry: camel }), line);
}

/** What people may ask through the gateway. */
function asked({ kebab, camel }: ProjectionNames, text: string): string {
  const file = 'gateway/routes/views.ts';
  const operations = /(?<before>viewOperations = \{)(?<names>[^}]*)(?<after>\};)/;
  const handlers = /(?<before>const views: [^=]+=> object\)\[\] = \[)(?<names>[^\]]*)(?<after>\];)/;
  const withOperations = withEntry(text, {
    ...{ file, list: operations, entry: `...${camel}Operations` },
  });
  const both = withEntry(withOperations, { file, list: handlers, entry: `${camel}Handlers` });
  return withImport(both, `import { ${camel}Handlers, ${camel}Operations } from './${kebab}';`);
}

/** The registries with one read model more, by file. */
export function withProjection(
  names: ProjectionNames,
  read: Read,
): Readonly<Record<string, string>> {
  return {
    'projections/index.ts': followed(names, read('projections/index.ts')),
    'gateway/routes/views.ts': asked(names, read('gateway/routes/views.ts')),
  };
}
