import { readFileSync } from 'node:fs';
import path from 'node:path';
import { imageVersions } from '../../deploy/compose/images';
import { readFiles, root } from './checks/repository';
import { binaryVariablesOf, fetchedVersionsOf } from './checks/settings';

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const provisioning = read('docs/provisioning.md');
const stackSources = readFiles((file) => file.startsWith('stack/') && file.endsWith('.ts'));

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
