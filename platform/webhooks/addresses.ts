import { BlockList, isIP } from 'node:net';

/** A network, as `10.1.0.0/16` or one address says it. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
}

/** IPv4 networks that are not the public Internet: IANA's registry of special purposes, multicast, class E. */
const special4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];

/**
 * Of IPv6 only global unicast is public at all: loopback, link-local, unique local, multicast, IPv4 in IPv6 and NAT64
 * are outside of it. Inside, these are special: protocols and Teredo, documentation, 6to4.
 */
const public6 = ['2000::/3'];
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

function listOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix } of networks) list.addSubnet(address, prefix, family(address));
  return list;
}

/** One network; throws for what is none. */
export function networkOf(text: string): Network {
  const [address = '', bits, ...rest] = text.trim().split('/');
  const width = isIP(address) === 6 ? 128 : 32;
  const prefix = bits === undefined ? width : Number(bits);
  const isWhole = /^\d{1,3}$/.test(bits ?? '0') && prefix <= width;
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0 || !isWhole) {
    throw new Error(`${text} is no network: write 10.1.0.0/16, or one address`);
  }
  return { address, prefix };
}

/** Networks with commas between them. */
export function networksOf(text: string): readonly Network[] {
  return text.split(',').filter(Boolean).map(networkOf);
}

const lists = {
  special4: listOf(special4.map(networkOf)),
  public6: listOf(public6.map(networkOf)),
  special6: listOf(special6.map(networkOf)),
};

function isPublic(address: string): boolean {
  // With a zone it is an address of this machine's link, whatever it looks like.
  if (address.includes('%')) return false;
  const version = isIP(address);
  if (version === 4) return !lists.special4.check(address, 'ipv4');
  if (version === 6) {
    return lists.public6.check(address, 'ipv6') && !lists.special6.check(address, 'ipv6');
  }
  return false;
}

/** Whether a webhook may be sent to an address: a public one, or one of a network that an operator allows. */
export type AddressRule = (address: string) => boolean;

/** The rule under these allowed networks. */
export function addressRule(allowed: readonly Network[]): AddressRule {
  const list = listOf(allowed);
  return (address) =>
    isPublic(address) || (isIP(address) !== 0 && list.check(address, family(address)));
}
