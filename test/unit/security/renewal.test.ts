import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { renewalLimits, watchCredentials } from '../../../platform/security/renewal';
import { readCredentials } from '../../../platform/security/tls';
import { createAuthority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';
import { eventually } from '../../support/eventually';

const folder = mkdtempSync(path.join(tmpdir(), 'renewal-'));
const file = (name: string): string => path.join(folder, name);
const files = {
  HOLDFAST_CA_FILE: file('ca.crt'),
  HOLDFAST_CERT_FILE: file('orders.crt'),
  HOLDFAST_KEY_FILE: file('orders.key'),
};
let leaves: readonly { readonly crt: string; readonly key: string }[];

const write = (part: 'crt' | 'key', at: number): void =>
  writeFileSync(file(`orders.${part}`), leaves[at]?.[part] ?? '');

beforeAll(async () => {
  const authority = await createAuthority();
  leaves = await Promise.all([1, 2, 3].map(() => createLeaf(authority, 'orders')));
  writeFileSync(file('ca.crt'), authority.certificate.toString('pem'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('reading our certificate', () => {
  test('refuses a key of another certificate when nothing was read before', () => {
    write('crt', 0);
    write('key', 1);
    expect(() => readCredentials(files)).toThrow('is not the key of');
  });

  test('stays with the last whole pair while somebody writes the next one', () => {
    write('key', 0);
    expect(readCredentials(files).cert.toString()).toBe(leaves[0]?.crt);
    write('key', 1);
    expect(readCredentials(files).key.toString()).toBe(leaves[0]?.key);
    rmSync(files.HOLDFAST_CERT_FILE);
    expect(readCredentials(files).cert.toString()).toBe(leaves[0]?.crt);
    write('crt', 1);
    expect(readCredentials(files).cert.toString()).toBe(leaves[1]?.crt);
  });
});

describe('whoever follows our certificate', () => {
  test('hears of a renewal once, and not of half of one, and of none after stopping', async () => {
    const heard: string[] = [];
    const hear = (name: string) => (): void => {
      heard.push(`${name} ${leaves.findIndex(({ crt }) => isNow(crt))}`);
    };
    const isNow = (crt: string): boolean => readCredentials(files).cert.toString() === crt;
    const stops = ['a', 'b'].map((name) => watchCredentials(files, hear(name)));
    write('key', 2);
    write('crt', 2);
    await eventually(() => expect(heard).toHaveLength(2));
    expect(heard).toEqual(['a 2', 'b 2']);
    stops[0]?.();
    write('key', 0);
    write('crt', 0);
    await eventually(() => expect(heard).toHaveLength(3));
    expect(heard[2]).toBe('b 0');
    stops[1]?.();
  });

  test('hears of an authority beside the others as such, and of one that is gone as of any change', async () => {
    const [first = '', second = ''] = await Promise.all(
      [1, 2].map(async () => (await createAuthority()).certificate.toString('pem')),
    );
    const bundle = (...all: string[]): void => writeFileSync(file('ca.crt'), all.join('\n'));
    write('key', 0);
    write('crt', 0);
    bundle(first);
    const heard: string[] = [];
    const stop = watchCredentials(files, (change) => void heard.push(change));
    const patienceMs = renewalLimits.lookMs + renewalLimits.spreadMs + 5_000;
    bundle(first, second);
    await eventually(() => expect(heard).toEqual(['addition']), patienceMs);
    bundle(second);
    await eventually(() => expect(heard).toEqual(['addition', 'other']), patienceMs);
    stop();
  }, 60_000);
});
