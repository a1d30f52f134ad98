import { createTestAuthority } from '../../support/grants';
import { openGateway } from './world';

async function look(away: readonly 'consul'[] = []) {
  const { call, world } = openGateway();
  const issued = await (await createTestAuthority()).issue('gateway');
  world.certificate = issued.cert.toString();
  for (const part of away) world.away.add(part);
  const answer = await call({ path: '/system', as: 'vera:viewer' });
  return { answer, issued, call };
}

test('who may look sees services, checks, ids of keys and the certificate, and no secret', async () => {
  const { answer, issued } = await look();
  expect(answer.json()).toMatchObject({
    version: '0.0.0',
    services: [
      {
        ...{ name: 'orders', isKnown: true, breaker: 'closed' },
        instances: [
          { address: '10.0.0.1', port: 7001, state: 'passing' },
          { address: '10.0.0.1', port: 7002, state: 'critical' },
        ],
      },
      { name: 'payments', instances: [], isKnown: true, breaker: 'open' },
    ],
    keys: [
      { use: 'cache', current: 'cache-7' },
      { use: 'temporal', current: null },
    ],
    certificate: { subject: 'CN=gateway', issuer: 'CN=test-authority' },
  });
  expect(answer.text).not.toContain('PRIVATE');
  expect(answer.text).not.toContain(Buffer.alloc(32, 1).toString('base64').slice(0, 20));
  expect(answer.text).not.toContain(issued.cert.toString().slice(30, 80));
});

test('a Consul that does not answer is no reason to show nothing', async () => {
  const { answer } = await look(['consul']);
  expect([answer.status, answer.json().services]).toMatchObject([
    200,
    [
      { name: 'orders', instances: [], isKnown: false },
      { name: 'payments', isKnown: false },
    ],
  ]);
});

test('customers see nothing of it', async () => {
  const { call } = await look();
  expect((await call({ path: '/system', as: 'carl:customer' })).status).toBe(403);
});
