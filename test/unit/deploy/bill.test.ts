import { deliveredBill, deliveredPackages, problemsOfBill } from '../../../deploy/supply/bill';
import type { Bill } from '../../../deploy/supply/bill';

const lock = JSON.stringify({
  lockfileVersion: 3,
  packages: {
    '': { name: 'holdfast', version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/a/node_modules/b': { version: '2.0.0' },
    'node_modules/b': { version: '3.0.0', dev: true },
    'node_modules/alias': { name: '@real/name', version: '4.0.0' },
    'node_modules/tool': { version: '5.0.0', dev: true },
  },
});

const part = (name: string, version: string) => ({
  'bom-ref': `${name}@${version}`,
  name,
  version,
  purl: `pkg:npm/${name}@${version}`,
  hashes: [{ alg: 'SHA-512', content: 'ab'.repeat(64) }],
});

const everything: Bill = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  serialNumber: 'urn:uuid:by-chance',
  metadata: {
    timestamp: 'now',
    component: { 'bom-ref': 'holdfast@0.1.0', name: 'some-folder' },
  } as Bill['metadata'],
  components: [
    part('a', '1.0.0'),
    part('b', '2.0.0'),
    part('b', '3.0.0'),
    part('@real/name', '4.0.0'),
    part('tool', '5.0.0'),
  ],
  dependencies: [
    { ref: 'holdfast@0.1.0', dependsOn: ['a@1.0.0', 'tool@5.0.0'] },
    { ref: 'a@1.0.0', dependsOn: ['b@2.0.0'] },
    { ref: 'tool@5.0.0', dependsOn: ['b@3.0.0'] },
  ],
};

test('what is delivered is what the lock file installs without development', () => {
  const delivered = deliveredPackages(JSON.parse(lock) as never);
  expect([...delivered]).toEqual(['a@1.0.0', 'b@2.0.0', '@real/name@4.0.0']);
});

test('a bill names what is delivered, and what that depends on', () => {
  const bill = deliveredBill(everything, lock, 'holdfast');
  expect(bill.components.map(({ purl }) => purl)).toEqual([
    ...['pkg:npm/a@1.0.0', 'pkg:npm/b@2.0.0', 'pkg:npm/@real/name@4.0.0'],
  ]);
  expect(bill.metadata.component.name).toBe('holdfast');
  expect(bill.dependencies).toEqual([
    { ref: 'holdfast@0.1.0', dependsOn: ['a@1.0.0'] },
    { ref: 'a@1.0.0', dependsOn: ['b@2.0.0'] },
  ]);
  expect(problemsOfBill(bill, lock)).toEqual([]);
});

test('the same lock file gives the same bill, another one another number', () => {
  const other = { ...everything, serialNumber: 'urn:uuid:another-chance' };
  const bill = deliveredBill(everything, lock, 'holdfast');
  expect(deliveredBill(other, lock, 'holdfast')).toEqual(bill);
  expect(bill.serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(deliveredBill(everything, `${lock} `, 'holdfast').serialNumber).not.toBe(
    bill.serialNumber,
  );
});

const good = deliveredBill(everything, lock, 'holdfast');
const [first, ...others] = good.components;

test.each([
  ['without a package', { components: others }, 'a@1.0.0 is missing'],
  ['with a tool', { components: everything.components }, 'tool@5.0.0 is not delivered'],
  [
    'without a hash',
    { components: [{ ...first!, hashes: [] }, ...others] },
    'a@1.0.0 has no SHA-512',
  ],
  ['with a package twice', { components: [first!, ...good.components] }, 'a part is in it twice'],
  ['of another format', { bomFormat: 'SPDX' }, 'it is not in the format CycloneDX'],
  ['with the time', { metadata: everything.metadata }, 'it holds a time of day'],
])('a bill %s is wrong', (_name, change, problem) => {
  expect(problemsOfBill({ ...good, ...change }, lock)).toContain(problem);
});
