import { isIP } from 'node:net';
import { networkOf, within } from '../runtime/networks';
import type { Network } from '../runtime/networks';

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

/** Networks with commas between them. */
export function networksOf(text: string): readonly Network[] {
  return text.split(',').filter(Boolean).map(networkOf);
}

const lists = {
  special4: within(special4.map(networkOf)),
  public6: within(public6.map(networkOf)),
  special6: within(special6.map(networkOf)),
};

function isPublic(address: string): boolean {
  // With a zone it is an address of this machine's link, whatever it looks like.
  if (address.includes('%')) return false;
  const version = isIP(address);
  if (version === 4) return !lists.special4(address);
  return version === 6 && lists.public6(address) && !lists.special6(address);
}

/** Whether a webhook may be sent to an address: a public one, or one of a network that an operator allows. */
export type AddressRule = (address: string) => boolean;

/** The rule under these allowed networks. */
export function addressRule(allowed: readonly Network[]): AddressRule {
  const isAllowed = within(allowed);
  return (address) => isPublic(address) || isAllowed(address);
}
