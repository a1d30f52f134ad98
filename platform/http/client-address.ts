import { isIP } from 'node:net';
import { networkOf, within } from '../runtime/networks';

/** Proxies whose `X-Forwarded-For` is believed. */
export interface Proxies {
  has(address: string): boolean;
}

/** `::ffff:192.0.2.1` is the IPv4 address it holds. */
function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address.split('%', 1)[0] ?? address;
}

/**
 * Reads a list of addresses and networks such as `10.0.0.0/8, 192.0.2.7, fd00::/8`; empty: nobody is believed. Throws
 * for anything else.
 */
export function proxiesOf(list: string): Proxies {
  const parts = list.split(',').map((part) => part.trim());
  try {
    return { has: within(parts.filter((part) => part !== '').map(networkOf)) };
  } catch (cause) {
    throw new Error(`HOLDFAST_PROXIES: ${(cause as Error).message}`, { cause });
  }
}

/** The first 64 bits of an IPv6 address, which one household has; such a prefix as an address of its own. */
function household(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail = ''] = address.toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const isShort = address.includes('::');
  const zeros = isShort ? Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0') : [];
  const groups = [...front, ...zeros, ...back].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

interface Asking {
  readonly socket: { readonly remoteAddress?: string | undefined };
  get(name: 'x-forwarded-for'): string | undefined;
}

/**
 * Who asks, for counting: the address of the connection, or, where that is a proxy of ours, the last one in
 * `X-Forwarded-For` that is none. Whatever stands before it anybody could have written. Addresses of one IPv6 network
 * of 64 bits are one.
 */
export function clientAddress(request: Asking, proxies: Proxies): string {
  const hops = (request.get('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()));
  let address = plain(request.socket.remoteAddress ?? 'unknown');
  while (proxies.has(address)) {
    const hop = hops.pop();
    if (hop === undefined || isIP(hop) === 0) break;
    address = hop;
  }
  return household(address);
}
