import { unreadable, withImport } from '../registries';
import type { ServiceNames } from './service-names';

/** Reads a file of the project. */
type Read = (file: string) => string;

/** Puts text before, or in place of, the one match of a pattern. Throws REGISTRY_UNREADABLE. */
function changed(
  text: string,
  { file, at, to }: { readonly file: string; readonly at: RegExp; readonly to: string },
): string {
  if (!at.test(text)) throw unreadable(file, 'a line of the new service');
  return text.replace(at, () => to);
}

/** The list that certificates, permissions, ports and processes are made from: one line more at its end. */
function listed({ name, store }: ServiceNames, text: string): string {
  // A list of one stands on one line.
  const at = /(?<last>[[}]),?\s*\] as const satisfies readonly ServiceLine\[\];/;
  const last = at.exec(text)?.groups?.last === '}' ? '},' : '[';
  const to = `${last}
  { name: '${name}', store: '${store}' },
] as const satisfies readonly ServiceLine[];`;
  return changed(text, { file: 'activities/list.ts', at, to });
}

/** The services that can be run: imports, the entry, and its name in the list. */
function hosted({ name, Name, aggregate }: ServiceNames, text: string, title: string): string {
  const file = 'activities/index.ts';
  const imports = [
    `import { open${Name}Api } from './${name}/api';`,
    `import { ${aggregate}Identities } from './${name}/identities';`,
    `import { ${name}Operations } from './${name}/operations';`,
    `import { ${name}Service } from './${name}/service';`,
    `import { open${Name}Store } from './${name}/store';`,
  ];
  const entry = `/** ${Name} on ${title}. */
export const ${name} = hostable({
  definition: ${name}Service,
  openStore: open${Name}Store,
  openApi: open${Name}Api,
  operations: ${name}Operations,
  identities: ${aggregate}Identities,
});

`;
  const before = /\/\*\* Every service, one line each/;
  const start = before.exec(text)?.[0] ?? '';
  const withEntry = changed(text, { file, at: before, to: `${entry}${start}` });
  const list = /(services: readonly HostedService\[\] = \[[^\]]*?),?\s*\];/;
  const names = list.exec(withEntry)?.[1] ?? '';
  const between = names.endsWith('[') ? '' : ', ';
  const withName = changed(withEntry, { file, at: list, to: `${names}${between}${name}];` });
  return imports.reduce(withImport, withName);
}

/** What people may use through the gateway. */
function offered({ name }: ServiceNames, text: string): string {
  const file = 'gateway/routes/further.ts';
  const list = /export const furtherOperations = \{([^}]*)\};/;
  const before = (list.exec(text)?.[1] ?? '').trimEnd();
  const line = `  ...facing('${name}', ${name}Operations),`;
  const to = `export const furtherOperations = {${before}\n${line}\n};`;
  const own = `import { ${name}Operations } from '../../activities/${name}/operations';`;
  const withList = changed(text, { file, at: list, to });
  // The first of them needs what makes it face people.
  const first = withList.replace(
    "import { passingOn } from './facing';",
    "import { facing, passingOn } from './facing';",
  );
  return `${own}\n${first}`;
}

/** The three registries with one service more, by file. */
export function withService(
  names: ServiceNames,
  { read, title }: { readonly read: Read; readonly title: string },
): Readonly<Record<string, string>> {
  return {
    'activities/list.ts': listed(names, read('activities/list.ts')),
    'activities/index.ts': hosted(names, read('activities/index.ts'), title),
    'gateway/routes/further.ts': offered(names, read('gateway/routes/further.ts')),
  };
}
