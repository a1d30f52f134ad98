import { z } from 'zod';
import { settings } from '../../platform/runtime/config';
import { code, markdownTable, written } from './tables';

/** Where it stands, from the root of the project. */
export const configurationPath = 'docs/configuration.md';

/** What the page says of a setting; how it is read is the schema's own word. */
interface Told {
  readonly default?: string | number;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly maximum?: number;
  readonly minimum?: number;
}

/** Variables that commands and the embedded stack read for themselves. */
export const otherVariables: Readonly<Record<string, string>> = {
  HOLDFAST_TOKEN: 'access token that commands ask a gateway with, together with `--url` and `--ca`',
  HOLDFAST_PASSWORD: 'password of the person that `--user` names',
  HOLDFAST_CACHE: 'folder of what the embedded stack fetched ([provisioning.md](provisioning.md))',
  HOLDFAST_JAVA: 'the Java that runs Kafka, Keycloak and DynamoDB Local, before `JAVA_HOME`',
  HOLDFAST_KEYCLOAK_PASSWORD: 'Compose: of the administrator of Keycloak',
  HOLDFAST_GRAFANA_PASSWORD: 'Compose: of the administrator of Grafana',
  HOLDFAST_POSTGRES_PASSWORD: 'Compose: of the superuser of PostgreSQL, for its first start',
  HOLDFAST_CONSUL_MANAGEMENT_TOKEN: 'Compose: the token that makes all other tokens of Consul',
};

const head = `# Configuration

Each process of ours reads its environment once, when it starts. A bad value ends it with
\`CONFIG_INVALID\` and a list of all bad ones; names it does not know it ignores. The embedded
stack, Compose and the manifests for Kubernetes set what they need.

Written from \`platform/runtime/config.ts\` by \`npm run docs:write\`. Options of commands are in
[cli.md](cli.md).
`;

const others = `## Of commands and stacks

Where servers are taken from has a variable for each of them: [provisioning.md](provisioning.md).
\`npm run compose:secrets\` writes those of Compose into \`.env\`, with a token for each process
beside them (\`HOLDFAST_CONSUL_TOKEN_ORDERS\`, …).
`;

function taken({ enum: values, minimum, maximum }: Told): string {
  if (values !== undefined) return values.map(code).join(', ');
  if (minimum === undefined || maximum === undefined) return '';
  return `${written(minimum)} to ${written(maximum)}`;
}

function fallback({ default: given }: Told): string {
  if (given === undefined) return 'required';
  return given === '' ? 'empty' : code(String(given));
}

/** A line for each setting: name, default, what it takes, what it means. */
export function settingRows(): readonly (readonly string[])[] {
  return Object.entries(settings).map(([name, schema]) => {
    const told = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as unknown as Told;
    return [code(name), fallback(told), taken(told), told.description ?? ''];
  });
}

/** The page of all settings, as Markdown. */
export function configurationPage(): string {
  const rows = Object.entries(otherVariables).map(([name, means]) => [code(name), means]);
  return [
    head,
    '## Of processes\n',
    `${markdownTable(['variable', 'default', 'takes', 'means'], settingRows())}\n`,
    others,
    `${markdownTable(['variable', 'means'], rows)}\n`,
  ].join('\n');
}
