import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import express from 'express';
import { startHttps } from '../../../platform/http/server';
import type { RunningServer } from '../../../platform/http/server';
import { silentLog } from '../../../platform/runtime/log';
import { createAuthority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';

const folder = mkdtempSync(path.join(tmpdir(), 'last-answers-'));
const file = (name: string): string => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

let server: RunningServer;
let agent: Agent;
/** Lets the answers of `/slow` go. */
const held: (() => void)[] = [];
let askedSlow: () => void;
const slowIsAsked = new Promise<void>((resolve) => (askedSlow = resolve));

beforeAll(async () => {
  const authority = await createAuthority();
  const ca = authority.certificate.toString('pem');
  const { crt, key } = await createLeaf(authority, 'gateway');
  writeFileSync(file('ca.crt'), ca);
  writeFileSync(file('gateway.crt'), crt);
  writeFileSync(file('gateway.key'), key);
  const app = express()
    .get('/', (_request, response) => void response.send('well'))
    .get('/slow', (_request, response) => {
      held.push(() => response.send('well'));
      askedSlow();
    });
  const config = {
    HOLDFAST_CA_FILE: file('ca.crt'),
    HOLDFAST_CERT_FILE: file('gateway.crt'),
    HOLDFAST_KEY_FILE: file('gateway.key'),
    ...{ HOLDFAST_HTTP_HOST: '127.0.0.1', HOLDFAST_HTTP_PORT: 0 },
  };
  server = await startHttps({ config, app, clientCertificate: 'optional', log: silentLog });
  agent = new Agent({ keepAlive: true, maxSockets: 2, ca });
});
afterAll(() => agent.destroy());

/** What the answer says of its connection, and whether it came over one that was open already. */
function ask(place: string): Promise<readonly [string | undefined, boolean]> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: 'localhost', port: server.port, path: place, agent }, (answer) =>
      answer.resume().once('end', () => resolve([answer.headers.connection, asked.reusedSocket])),
    );
    asked.once('error', reject).end();
  });
}

test('a server that is about to end says so with each answer, and still gives those it owes', async () => {
  expect(await ask('/')).toEqual(['keep-alive', false]);
  expect(await ask('/')).toEqual(['keep-alive', true]);
  const slow = ask('/slow');
  await slowIsAsked;
  server.endConnections();
  expect((await ask('/'))[0]).toBe('close');
  const closed = server.close();
  held.forEach((answer) => answer());
  await slow;
  await closed;
  await expect(ask('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
