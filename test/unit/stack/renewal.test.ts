import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { renewalLines, statusLines } from '../../../cli/certs/print';
import { certificateNames, issueLeaf, openCertificates } from '../../../stack/certificates';
import { portsFrom } from '../../../stack/ports';
import { dueIn } from '../../../stack/renewal/keep';
import { renewCertificates, signingAuthority } from '../../../stack/renewal/renew';
import { certificateStatus } from '../../../stack/renewal/status';

const stateDir = mkdtempSync(path.join(tmpdir(), 'renewal-of-stack-'));
const certsDir = path.join(stateDir, 'certs');
const file = (name: string): Buffer => readFileSync(path.join(certsDir, name));
let server: Server;
let reach: Parameters<typeof renewCertificates>[0];

/** The gateway's place in a block of ports, taken by a server of this test; nothing else of the stack runs. */
beforeAll(async () => {
  await openCertificates(stateDir);
  server = createServer({ cert: file('gateway.crt'), key: file('gateway.key') });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ports = { ...portsFrom(1_024), gateway: port };
  reach = { stateDir, certsDir, ports, brokers: 1, secret: () => '' };
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(stateDir, { recursive: true });
});

const gatewayStatus = async () => (await certificateStatus(reach, ['gateway']))[0];

test('a listener that shows what is in the file is told from one that goes on with an older one', async () => {
  expect(await gatewayStatus()).toMatchObject({
    ...{ subject: 'CN=gateway, O=holdfast', identity: 'spiffe://holdfast/gateway', state: 'good' },
    listeners: [{ name: 'gateway', shows: 'current' }],
  });
  const authority = await signingAuthority(reach);
  await issueLeaf(authority, { directory: certsDir, name: 'gateway' });
  expect(await gatewayStatus()).toMatchObject({ listeners: [{ shows: 'other' }] });
  server.setSecureContext({ cert: file('gateway.crt'), key: file('gateway.key') });
  expect(await gatewayStatus()).toMatchObject({ listeners: [{ shows: 'current' }] });
});

test('a renewal looks until the new one is shown, and keeps the length of life', async () => {
  const authority = await signingAuthority(reach);
  const hourMs = 3_600_000;
  await issueLeaf(authority, { directory: certsDir, name: 'gateway', lifeMs: hourMs });
  const renewing = renewCertificates(reach, { names: ['gateway', 'orders'] });
  const before = file('gateway.crt').toString();
  const read = setInterval(() => {
    if (file('gateway.crt').toString() === before) return;
    server.setSecureContext({ cert: file('gateway.crt'), key: file('gateway.key') });
  }, 50);
  const { listeners, notTold } = await renewing.finally(() => clearInterval(read));
  expect(notTold).toEqual({});
  expect(listeners).toMatchObject([
    { listener: 'gateway', isNew: true },
    { listener: 'orders', shown: undefined, isNew: false },
  ]);
  expect((await gatewayStatus())?.minutesLeft).toBeGreaterThan(57);
  expect((await gatewayStatus())?.minutesLeft).toBeLessThanOrEqual(60);
  expect(renewalLines({ names: ['gateway'], listeners, notTold })[1]).toMatch(
    /^gateway +new +\w+$/,
  );
});

test('what has lived for two thirds is due, and what has ended is told as ended', async () => {
  expect(dueIn(reach)).toEqual([]);
  const authority = await signingAuthority(reach);
  const order = { directory: certsDir, name: 'gateway' };
  await issueLeaf(authority, { ...order, lifeMs: -1_000 });
  expect(dueIn(reach)).toEqual(['gateway']);
  const status = await gatewayStatus();
  expect(status).toMatchObject({ state: 'expired' });
  expect(statusLines([status as never])[1]).toMatch(
    /^gateway +expired +ended +\w+ +gateway: other$/,
  );
  rmSync(path.join(certsDir, 'orders.crt'));
  expect(dueIn(reach)).toEqual(
    certificateNames.filter((name) => ['gateway', 'orders'].includes(name)),
  );
  expect((await certificateStatus(reach, ['orders']))[0]).toMatchObject({ state: 'missing' });
});
