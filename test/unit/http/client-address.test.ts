import { clientAddress, proxiesOf } from '../../../platform/http/client-address';

const proxies = proxiesOf('10.0.0.0/8, 192.0.2.7, fd00::/8');
const asked = (remoteAddress: string | undefined, forwarded?: string) =>
  clientAddress({ socket: { remoteAddress }, get: () => forwarded }, proxies);

test.each<
  [what: string, connection: string | undefined, forwarded: string | undefined, is: string]
>([
  ['nobody in between', '198.51.100.1', undefined, '198.51.100.1'],
  ['a client that makes one up', '198.51.100.1', '203.0.113.9', '198.51.100.1'],
  ['one proxy', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
  ['one proxy, and a client that makes one up', '10.1.2.3', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
  ['a proxy behind a proxy', '10.1.2.3', '203.0.113.9, 192.0.2.7', '203.0.113.9'],
  ['one of ours that asks itself', '10.1.2.3', undefined, '10.1.2.3'],
  ['an address that is none', '10.1.2.3', 'a<script>', '10.1.2.3'],
  ['IPv4 as IPv6', '::ffff:10.1.2.3', '::ffff:203.0.113.9', '203.0.113.9'],
  ['a household', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
  ['another address of it', '2001:db8:1:2::ffff', undefined, '2001:db8:1:2::/64'],
  ['its neighbour', '2001:db8:1:3::1', undefined, '2001:db8:1:3::/64'],
  ['a zone', 'fe80::1%eth0', undefined, 'fe80:0:0:0::/64'],
  ['no connection any more', undefined, undefined, 'unknown'],
])('%s', (_what, connection, forwarded, is) => {
  expect(asked(connection, forwarded)).toBe(is);
});

test.each(['10.0.0.0/33', 'proxy.test', '10.0.0.0/8/8', '10.0.0.0/', 'fd00::/129', '/8'])(
  'a list with %s in it is no list of proxies',
  (list) => {
    expect(() => proxiesOf(`192.0.2.1,${list}`)).toThrow('HOLDFAST_PROXIES');
  },
);

test('an empty list believes nobody', () => {
  expect(proxiesOf(' ').has('127.0.0.1')).toBe(false);
});
