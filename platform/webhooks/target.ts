import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AddressRule } from './addresses';
import { webhookLimits } from './limits';

/** Ports from one to another, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Ports such as `443,8000-8100`; throws for what is none. */
export function portsOf(text: string): readonly PortRange[] {
  return text.split(',').map((part) => {
    const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()) ?? [];
    const range = { from: Number(from), to: Number(to) };
    if (!(range.from >= 1 && range.from <= range.to && range.to <= 65_535)) {
      throw new Error(`${part} is no port: write 443, or 8000-8100`);
    }
    return range;
  });
}

/** Where webhooks may go. */
export interface TargetRules {
  readonly mayReach: AddressRule;
  readonly ports: readonly PortRange[];
  /** Every address of a name; throws where there is none. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
}

/** Why nothing is sent to a URL. */
export type TargetRefusal = 'URL_REFUSED' | 'ADDRESS_REFUSED' | 'NAME_UNKNOWN';

/** Where nothing is sent; `detail` is for the owner, and names no address that a name has inside. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';

  constructor(
    readonly code: TargetRefusal,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

/** The URL of a webhook as text, where its form is one that we send to. Throws {@link TargetRefused}. */
export function demandUrl(text: string, { ports }: Pick<TargetRules, 'ports'>): URL {
  const refuse = (detail: string): never => {
    throw new TargetRefused('URL_REFUSED', detail);
  };
  if (text.length > webhookLimits.urlLengthMax) refuse('the URL is too long');
  if (!URL.canParse(text)) refuse('this is no URL');
  const url = new URL(text);
  if (url.protocol !== 'https:') refuse('only https is used');
  if (url.username !== '' || url.password !== '') refuse('credentials have no place in a URL');
  if (url.hash !== '') refuse('a fragment is never sent');
  const port = url.port === '' ? 443 : Number(url.port);
  if (!ports.some(({ from, to }) => from <= port && port <= to)) refuse(`port ${port} is not used`);
  return url;
}

/** A host without the brackets of IPv6. */
export const hostOf = ({ hostname }: Pick<URL, 'hostname'>): string =>
  hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;

/** Names that mean this machine on every machine; nobody is asked for them. */
const isLocalName = (host: string) => /(^|\.)localhost\.?$/i.test(host);

/**
 * Addresses to connect to, each of which was looked at: one that may not be reached refuses them all, or a name could
 * hide it behind a good one. To be asked anew for each attempt, and to be connected to as they are, since a name may
 * mean something else a moment later. Throws {@link TargetRefused}.
 */
export async function addressesOf(
  url: URL,
  { mayReach, resolve }: Pick<TargetRules, 'mayReach' | 'resolve'>,
): Promise<readonly string[]> {
  const host = hostOf(url);
  const refused = new TargetRefused('ADDRESS_REFUSED', `${host} is no place on the Internet`);
  if (isLocalName(host)) throw refused;
  const found = isIP(host) === 0 ? await resolveName(host, resolve) : [host];
  if (!found.every(mayReach)) throw refused;
  return found;
}

async function resolveName(
  host: string,
  resolve: TargetRules['resolve'],
): Promise<readonly string[]> {
  const found = await resolve(host).catch(() => []);
  if (found.length > 0) return found;
  throw new TargetRefused('NAME_UNKNOWN', `${host} has no address`);
}

/**
 * Asks the DNS for both families, within the limit. Not by the system's own look-up: that blocks a thread of the few
 * there are, and a slow name server would hold up the whole process.
 */
export async function resolveByDns(name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: webhookLimits.resolveMs / 2, tries: 2 });
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  return answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}
