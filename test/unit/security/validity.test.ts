import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { demandValidCertificate } from '../../../platform/security/validity';
import { createAuthority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';

const folder = mkdtempSync(path.join(tmpdir(), 'validity-'));
const file = (name: string): string => path.join(folder, name);
const config = {
  HOLDFAST_NAME: 'orders',
  HOLDFAST_CA_FILE: file('ca.crt'),
  HOLDFAST_CERT_FILE: file('orders.crt'),
  HOLDFAST_KEY_FILE: file('orders.key'),
};
const from = new Date('2026-01-01T00:00:00Z');
const to = new Date('2026-01-02T00:00:00Z');

beforeAll(async () => {
  const authority = await createAuthority();
  const leaf = await createLeaf(authority, 'orders', { notBefore: from, notAfter: to });
  writeFileSync(config.HOLDFAST_CA_FILE, authority.certificate.toString('pem'));
  writeFileSync(config.HOLDFAST_CERT_FILE, leaf.crt);
  writeFileSync(config.HOLDFAST_KEY_FILE, leaf.key);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a process starts from the first to the last second of its certificate', () => {
  expect(() => demandValidCertificate(config, from.getTime())).not.toThrow();
  expect(() => demandValidCertificate(config, to.getTime())).not.toThrow();
});

test('one whose certificate has ended does not start, and is told the command that helps', () => {
  const start = () => demandValidCertificate(config, to.getTime() + 1_000);
  expect(start).toThrow(/^CERTIFICATE_EXPIRED: .*orders\.crt \(serial \w+\) ended at 2026-01-02T/);
  expect(start).toThrow(/\n {2}fix: .*holdfast certs rotate --name orders$/);
});

test('nor one whose certificate has not begun, which is the clock', () => {
  expect(() => demandValidCertificate(config, from.getTime() - 1_000)).toThrow(
    /^CERTIFICATE_NOT_YET_VALID: .*begins at 2026-01-01T00:00:00\.000Z\n {2}fix: .*clock/,
  );
});
