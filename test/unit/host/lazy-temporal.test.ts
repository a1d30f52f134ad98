import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lazyTemporal } from '../../../platform/host/lazy-temporal';
import { createAuthority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';

const folder = mkdtempSync(path.join(tmpdir(), 'lazy-temporal-'));
const file = (name: string): string => path.join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const authority = await createAuthority();
  const { crt, key } = await createLeaf(authority, 'gateway');
  writeFileSync(file('ca.crt'), authority.certificate.toString('pem'));
  writeFileSync(file('gateway.crt'), crt);
  writeFileSync(file('gateway.key'), key);
});

/** A server that ends every connection at once, and says so. */
async function deaf(onAsked: () => void) {
  const server = createServer((socket) => {
    socket.destroy();
    onAsked();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails does not come to closing it.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(resolve)) };
}

test('a call that is about to be tried again ends with its connection, and brings nothing else down', async () => {
  let asked: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (asked = resolve));
  const server = await deaf(() => asked());
  const connection = lazyTemporal({
    HOLDFAST_TEMPORAL_ADDRESS: `localhost:${server.port}`,
    HOLDFAST_CA_FILE: file('ca.crt'),
    HOLDFAST_CERT_FILE: file('gateway.crt'),
    HOLDFAST_KEY_FILE: file('gateway.key'),
  });
  const answer = connection.withDeadline(Date.now() + 60_000, () =>
    connection.workflowService.getSystemInfo({}),
  );
  const outcome = answer.then(
    () => 'answered',
    (error: { code: number }) => error.code,
  );
  await first;
  await connection.close();
  // 1 is what gRPC says of a call that was given up, 14 of one whose server was not reached at last.
  const heard = await Promise.race([outcome, delay(5_000, 'nothing', { ref: false })]);
  expect([1, 14]).toContain(heard);
  await server.close();
}, 10_000);
