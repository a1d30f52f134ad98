import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openAuthority } from '../../../stack/authority';
import { certificateNames, openCertificates } from '../../../stack/certificates';
import { identityOf } from '../../../platform/security/peer';

const stateDir = mkdtempSync(path.join(tmpdir(), 'certificates-'));
afterAll(() => rmSync(stateDir, { recursive: true }));

const file = (name: string): string => path.join(stateDir, 'certs', name);
const read = (name: string): X509Certificate => new X509Certificate(readFileSync(file(name)));

describe('the local authority', () => {
  beforeAll(async () => {
    await openCertificates(stateDir);
  });

  test('gives every process one certificate with exactly one identity', () => {
    for (const name of certificateNames) {
      const names = read(`${name}.crt`).subjectAltName?.split(', ') ?? [];
      expect(names.filter((each) => each.startsWith('URI:'))).toEqual([
        `URI:spiffe://holdfast/${name}`,
      ]);
      expect(identityOf(names.join(', '))).toBe(name);
    }
  });

  test('signs for this machine, both as a server and as a client', () => {
    const certificate = read('orders.crt');
    expect(certificate.verify(read('ca.crt').publicKey)).toBe(true);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.subject).toBe('CN=orders\nO=holdfast');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  });

  test('lets Consul agents know each other by the name they look for', () => {
    expect(read('consul.crt').checkHost('server.dc1.consul')).toBe('server.dc1.consul');
  });

  test('keeps keys for their owner, and its own key out of the folder others see', () => {
    for (const name of ['orders.key', 'orders.pem']) {
      expect(statSync(file(name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(path.join(stateDir, 'authority', 'ca.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(file('orders.key'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  test('reuses a good certificate after a restart, and renews one when asked', async () => {
    const before = readFileSync(file('orders.crt'), 'utf8');
    const again = await openCertificates(stateDir);
    expect(readFileSync(file('orders.crt'), 'utf8')).toBe(before);
    await again.ensure('orders', 'renew');
    expect(readFileSync(file('orders.crt'), 'utf8')).not.toBe(before);
    expect(read('orders.crt').verify(read('ca.crt').publicKey)).toBe(true);
  });
});

describe('an authority that cannot be read', () => {
  test.each([
    ['the bundle', 'certs/ca.crt', 'no certificate'],
    ['the bundle as a folder', 'certs/ca.crt', ''],
    ['the key as a folder', 'authority/ca.key', ''],
  ])('%s: no other one is made in its place', async (_what, name, text) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'authority-'));
    const open = () => openAuthority(path.join(folder, 'certs'), path.join(folder, 'authority'));
    await open();
    const broken = path.join(folder, name);
    rmSync(broken);
    if (text === '') mkdirSync(broken);
    else writeFileSync(broken, text);
    await expect(open()).rejects.toMatchObject({ code: 'STATE_MISMATCH' });
    rmSync(folder, { recursive: true });
  });
});

describe('an identity', () => {
  const orders = 'URI:spiffe://holdfast/orders';
  test.each([
    ['one URI among other names', `${orders}, DNS:localhost`, 'orders'],
    ['no names at all', undefined, undefined],
    ['no URI', 'DNS:orders', undefined],
    ['two URIs', `${orders}, URI:spiffe://holdfast/payments`, undefined],
    ['the same URI twice', `${orders}, ${orders}`, undefined],
    ['another trust domain', 'URI:spiffe://elsewhere/orders', undefined],
    ['a longer path', 'URI:spiffe://holdfast/orders/admin', undefined],
    ['a name that fakes a separator', `DNS:"x, ${orders}"`, undefined],
    ['an empty name', 'URI:spiffe://holdfast/', undefined],
  ])('is read from %s', (_title, names, expected) => {
    expect(identityOf(names)).toBe(expected);
  });
});
