import { readFileSync } from 'node:fs';
import path from 'node:path';
import { servicesWithApi, userOf } from '../../cli/attack/rows/tables';
import { gatewayOperations } from '../../gateway/server';
import type { Operations } from '../../platform/security/operations';
import { readFiles, root } from './checks/repository';

const declaring = /export const (\w+) = defineOperations\(/g;
const sources = readFiles((file) =>
  /^(activities|projections|reactions|webhooks|workers|platform)\//.test(file),
);
const declared = sources.flatMap(({ file, text }) =>
  [...text.matchAll(declaring)].map(([, name = '']) => ({ file, name })),
);
/** Those of a service come with its entry in `activities/index.ts`. */
const isOfService = ({ file }: { readonly file: string }) => file.startsWith('activities/');

test('every declared table of operations is in the matrix that is asked of the running processes', () => {
  const matrix = readFileSync(path.join(root, 'cli/attack/rows/tables.ts'), 'utf8');
  expect(declared.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['ordersOperations', 'letterOperations']),
  );
  const others = declared.filter((one) => !isOfService(one));
  expect(others.filter(({ name }) => !new RegExp(`\\b${name}\\b[^;]*}`).test(matrix))).toEqual([]);
});

test('every table of a service is in that service’s entry', () => {
  const entries = readFileSync(path.join(root, 'activities/index.ts'), 'utf8');
  const own = declared.filter(isOfService);
  expect(own.length).toBeGreaterThan(2);
  expect(own.filter(({ name }) => !entries.includes(`operations: ${name},`))).toEqual([]);
});

test('every role of the realm, and every role that an operation names, has a user there', () => {
  const text = readFileSync(path.join(root, 'deploy/keycloak/realm.json'), 'utf8');
  const realm = JSON.parse(text) as { roles: { realm: { name: string }[] } };
  const roles = realm.roles.realm.map(({ name }) => name).sort();
  expect(Object.keys(userOf).sort()).toEqual(roles);
  const tables: readonly Operations[] = [gatewayOperations, ...Object.values(servicesWithApi)];
  const operations = tables.flatMap((table) => Object.values(table));
  const named = operations.flatMap((one) => (typeof one.roles === 'string' ? [] : one.roles));
  expect([...new Set(named)].filter((role) => !roles.includes(role))).toEqual([]);
});
