import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { shot } from '../attack';
import type { Attack, Shot } from '../attack';
import { said } from '../wire';

/** Ways to name this machine, its neighbours, or the place where clouds keep what their machines may do. */
const inside = (port: number): Readonly<Record<string, string>> => ({
  loopback: `https://127.0.0.1:${port}/`,
  'loopback as a number': `https://2130706433:${port}/`,
  'loopback in hexadecimal': `https://0x7f.0.0.1:${port}/`,
  'loopback in octal': `https://0177.0.0.1:${port}/`,
  'loopback, cut short': `https://127.1:${port}/`,
  'loopback of IPv6': `https://[::1]:${port}/`,
  'loopback of IPv4 in IPv6': `https://[::ffff:127.0.0.1]:${port}/`,
  'a name that leads to loopback': `https://localhost:${port}/`,
  'the same name with a dot': `https://localhost.:${port}/`,
  'no address': `https://0.0.0.0:${port}/`,
  'the metadata service': 'https://169.254.169.254/latest/meta-data/',
  'the same through NAT64': 'https://[64:ff9b::a9fe:a9fe]/',
  'the same through 6to4': 'https://[2002:a9fe:a9fe::1]/',
  'the metadata service of IPv6': 'https://[fd00:ec2::254]/',
  'a private network': 'https://10.0.0.1/',
  another: 'https://192.168.0.1/',
  'a link': 'https://[fe80::1]/',
  everybody: 'https://255.255.255.255/',
});

const odd: Readonly<Record<string, string>> = {
  'plain HTTP': 'http://example.com/',
  'a file': 'file:///etc/passwd',
  'another protocol': 'gopher://example.com:6379/_FLUSHALL',
  credentials: 'https://user:word@example.com/',
  'a port of another service': 'https://example.com:22/',
};

const elsewhere: Attack = {
  row: 'S43',
  title: 'webhooks to this machine, its network and its metadata; and somebody else’s webhook',
  source: 'API7:2023, ASVS 1.3.6, 15.3.2',
  beyond:
    'names that a stranger’s DNS leads here, redirects, and what a name means at the second look: test/contract/webhooks-sent.test.ts',
  async run({ api }) {
    const heard = { connections: 0 };
    const server = createServer((socket) => {
      heard.connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const token = await api.token('erin');
    const make = (url: string) =>
      api.call('/webhooks', { token, idempotencyKey: randomUUID(), body: { url } });
    const shots: Shot[] = [];
    const refuse = async (urls: Readonly<Record<string, string>>, expected: string) => {
      for (const [name, url] of Object.entries(urls)) {
        const answer = await make(url);
        shots.push(shot(name, `422 ${expected}`, said(answer)));
        if (answer.status !== 201) continue;
        const path = `/webhooks/${String(answer.body.id)}`;
        await api.call(path, { token, method: 'DELETE' });
      }
    };
    try {
      await refuse(inside(port), 'WEBHOOK_ADDRESS_REFUSED');
      await refuse(odd, 'WEBHOOK_URL_REFUSED');
      shots.push(shot('connections to a listener here', 0, heard.connections));
      // A name that nobody has: it is kept, and leads nowhere.
      const { body } = await make('https://attack-probe.invalid/');
      const path = `/webhooks/${String(body.id)}`;
      const stranger = { token: await api.token('frank') };
      for (const suffix of ['', '/deliveries']) {
        const seen = said(await api.call(`${path}${suffix}`, stranger));
        shots.push(shot(`somebody else’s${suffix}`, '404 NOT_FOUND', seen));
      }
      const taken = await api.call(path, { ...stranger, method: 'DELETE' });
      shots.push(shot('somebody else’s, forgotten', '404 NOT_FOUND', said(taken)));
      await api.call(path, { token, method: 'DELETE' });
    } finally {
      server.close();
    }
    return shots;
  },
};

/** Attacks through what the platform sends itself. */
export const webhookAttacks: readonly Attack[] = [elsewhere];
