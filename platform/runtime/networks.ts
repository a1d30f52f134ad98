import { BlockList, isIP } from 'node:net';

/** A network, as `10.1.0.0/16` or one address says it. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
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

/** Whether an address is in one of the networks; what is no address is in none. */
export function within(networks: readonly Network[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, prefix } of networks) list.addSubnet(address, prefix, family(address));
  return (address) => isIP(address) !== 0 && list.check(address, family(address));
}

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
