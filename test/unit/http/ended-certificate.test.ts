import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import { keepSession } from '../../../cli/attack/sessions';
import { startHttps } from '../../../platform/http/server';
import { silentLog } from '../../../platform/runtime/log';
import { createAuthority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';
import { eventually } from '../../support/eventually';

/** X.509 knows no parts of a second. */
const lifeMs = 3_000;
const folder = mkdtempSync(path.join(tmpdir(), 'ended-certificate-'));
const file = (name: string): string => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

test('a peer is let in while its certificate is good, and ends with it: open, and with its session', async () => {
  const authority = await createAuthority();
  const ca = authority.certificate.toString('pem');
  const { crt, key } = await createLeaf(authority, 'orders');
  writeFileSync(file('ca.crt'), ca);
  writeFileSync(file('orders.crt'), crt);
  writeFileSync(file('orders.key'), key);
  const config = {
    HOLDFAST_CA_FILE: file('ca.crt'),
    HOLDFAST_CERT_FILE: file('orders.crt'),
    HOLDFAST_KEY_FILE: file('orders.key'),
    ...{ HOLDFAST_HTTP_HOST: '127.0.0.1', HOLDFAST_HTTP_PORT: 0 },
  };
  const app = express().get('/metrics', (_request, response) => void response.send('measured'));
  const server = await startHttps({ config, app, clientCertificate: 'required', log: silentLog });
  const endsAtMs = Date.now() + lifeMs;
  const leaf = await createLeaf(authority, 'prometheus', { notAfter: new Date(endsAtMs) });
  const shown = { cert: leaf.crt, key: leaf.key };
  const session = await keepSession({ ca: Buffer.from(ca) }, server.port, shown);
  try {
    expect([session.first, await session.askAgain(), await session.ask()]).toEqual([
      ...['200', '200', '200'],
    ]);
    await eventually(() => expect(Date.now()).toBeGreaterThan(endsAtMs));
    expect([await session.askAgain(), await session.ask()]).toEqual(['refused', 'refused']);
    // It is still there for everybody else.
    const other = await createLeaf(authority, 'prometheus');
    const next = await keepSession({ ca: Buffer.from(ca) }, server.port, {
      ...{ cert: other.crt, key: other.key },
    });
    expect(next.first).toBe('200');
    next.close();
  } finally {
    session.close();
    await server.close();
  }
}, 30_000);
