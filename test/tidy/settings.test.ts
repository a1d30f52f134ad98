import { readFileSync } from 'node:fs';
import path from 'node:path';
import { imageVersions } from '../../deploy/compose/images';
import { readFiles, root } from './checks/repository';
import { binaryVariablesOf, fetchedVersionsOf, settingsOf } from './checks/settings';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const operations = read('docs/operations.md');
const provisioning = read('docs/provisioning.md');
const stackSources = readFiles((file) => file.startsWith('stack/') && file.endsWith('.ts'));

test('docs/operations.md lists every setting with its default', () => {
  const settings = settingsOf(read('platform/runtime/config.ts'));
  expect(settings.length).toBeGreaterThan(20);
  const missing = settings.filter(
    ({ name, fallback }) => !operations.includes(`| \`${name}\` | ${fallback} |`),
  );
  expect(missing).toEqual([]);
});

test('docs/operations.md lists no setting that is gone', () => {
  const known = new Set(settingsOf(read('platform/runtime/config.ts')).map(({ name }) => name));
  const listed = [...operations.matchAll(/^\| `(HOLDFAST_\w+)`/gm)].map((match) => match[1] ?? '');
  expect(listed.filter((name) => !known.has(name))).toEqual([]);
});

test('docs/provisioning.md names every variable and every version the stack fetches', () => {
  const variables = stackSources.flatMap(({ text }) => binaryVariablesOf(text));
  const versions = stackSources.flatMap(({ text }) => fetchedVersionsOf(text));
  expect(variables.length).toBeGreaterThan(8);
  expect(versions.length).toBeGreaterThan(5);
  const missing = [...variables, ...versions].filter((item) => !provisioning.includes(item));
  expect(missing).toEqual([]);
});

test('Compose runs the versions of Kafka, Keycloak and DynamoDB Local that the embedded stack runs', () => {
  const versions = new Set(stackSources.flatMap(({ text }) => fetchedVersionsOf(text)));
  for (const image of [imageVersions.kafka, imageVersions.keycloak, imageVersions.dynamodb]) {
    expect([...versions]).toContain(image.split(':')[1]);
  }
});

test('settings are read with the default the code gives', () => {
  const source = `const schema = z.object({
  /** Why. */
  HOLDFAST_ONE: z.string().min(1),
  HOLDFAST_TWO: z
    .string()
    .default(''),
  HOLDFAST_THREE: port.default(5_432),
});
export type Config = x;`;
  expect(settingsOf(source)).toEqual([
    { name: 'HOLDFAST_ONE', fallback: 'required' },
    { name: 'HOLDFAST_TWO', fallback: 'empty' },
    { name: 'HOLDFAST_THREE', fallback: '`5432`' },
  ]);
});
