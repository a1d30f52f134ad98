import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { serviceNames } from '../../activities/list';
import { composeText } from '../../deploy/compose';
import { managementTokenVariable, secretVariables } from '../../deploy/env-secrets';
import { checkAgainstSchema, checkHouseRules, waitsFor } from './checks/compose-rules';
import type { ComposeFile } from './checks/compose-rules';
import { describeFindings } from './checks/finding';
import { root } from './checks/repository';

const text = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8');
const compose = parse(text) as ComposeFile;
const gateway = compose.services['gateway'] ?? {};

const digest = `sha256:${'a'.repeat(64)}`;

const withGateway = (changes: object): ComposeFile => ({
  ...compose,
  services: { ...compose.services, gateway: { ...gateway, ...changes } },
});

test('docker-compose.yml is what its generator writes: run npm run compose:write', () => {
  expect(text).toBe(composeText());
});

test('every secret that docker-compose.yml asks for is one that compose:secrets writes', () => {
  const asked = [...text.matchAll(/\$\{(\w+):\?run npm run compose:secrets\}/g)].map(
    ([, name]) => name,
  );
  expect([...new Set(asked)].sort()).toEqual([...secretVariables].sort());
});

test('no container but the one that prepares Consul is told its management token', () => {
  const holders = Object.entries(compose.services).filter(([, service]) =>
    JSON.stringify(service).includes(managementTokenVariable),
  );
  expect(holders.map(([name]) => name)).toEqual(['init-discovery']);
});

test('docker-compose.yml fits the schema of the Compose Specification', () => {
  expect(describeFindings(checkAgainstSchema(compose))).toBe('');
});

test.each([
  ['an unknown member of a service', { depend_on: ['kafka-1'] }],
  ['a health check without its units', { healthcheck: { test: 'true', interval: true } }],
  ['a volume of no known kind', { volumes: [{ type: 'folder', source: 'a', target: '/a' }] }],
])('the schema refuses %s', (_title, changes) => {
  expect(checkAgainstSchema(withGateway(changes))).not.toEqual([]);
});

test('containers keep the house rules', () => {
  expect(describeFindings(checkHouseRules(compose))).toBe('');
});

test.each([
  ['an image without a version', { image: `holdfast@${digest}`, user: '1000' }],
  ['an image called latest', { image: `postgres:latest@${digest}`, user: '1:1' }],
  ['an image by version only', { image: 'postgres:17.6', user: '1:1' }],
  ['a container that runs as root', { image: `postgres:17.6@${digest}` }],
  ['a root by name', { user: 'root' }],
  ['capabilities that are kept', { cap_drop: [] }],
  ['privileges that can be gained', { security_opt: [] }],
  ['capabilities that are added', { cap_add: ['NET_RAW'] }],
  ['a container with everything', { privileged: true }],
  ['the network of the machine', { network_mode: 'host' }],
  ['the processes of the machine', { pid: 'host' }],
  ['a folder of the machine', { volumes: [{ type: 'bind', source: '/', target: '/host' }] }],
  ['a folder of the checkout to write to', { volumes: [{ type: 'bind', source: './deploy/x' }] }],
  ['the socket of the machine', { volumes: ['/var/run/docker.sock:/var/run/docker.sock'] }],
  ['an image it may write to', { read_only: false }],
  ['a container without its own /tmp', { tmpfs: [] }],
  ['a port open to the world', { ports: ['8443:8443'] }],
  ['a server without a health check', { healthcheck: undefined }],
  [
    'a dependency that is not there',
    { depends_on: { zookeeper: { condition: 'service_started' } } },
  ],
])('the house rules refuse %s', (_title, changes) => {
  expect(checkHouseRules(withGateway(changes))).toHaveLength(1);
});

test('our processes start after certificates, realm, topics, namespace and databases', () => {
  for (const name of ['gateway', 'orchestrator', ...serviceNames, 'projector', 'auditor', 'keys']) {
    expect([...waitsFor(compose, name)]).toEqual(
      expect.arrayContaining([
        ...['init-certificates', 'init-realm', 'init-topics', 'init-namespace', 'init-tables'],
        ...['init-replica-set', 'init-discovery', 'init-temporal-store'],
      ]),
    );
  }
  expect([...waitsFor(compose, 'init-namespace')]).toContain('init-temporal-store');
  expect([...waitsFor(compose, 'keycloak')]).toContain('init-realm');
});
