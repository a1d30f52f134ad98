import type { Resolver } from './resolver';

/**
 * Whether somebody who calls these services may begin: Consul was heard about each of them, and named an instance of
 * one. One service that is away is no reason to stand aside, the others' work goes on; but who has not heard yet would
 * refuse what it is asked for while there is somebody to do it. Throws what is missing.
 */
export async function servicesKnown(
  resolver: Pick<Resolver, 'isNamed' | 'ageMs'>,
  services: readonly string[],
): Promise<void> {
  const named = await Promise.all(services.map((service) => resolver.isNamed(service)));
  const unheard = services.filter((service) => resolver.ageMs(service) === undefined);
  if (unheard.length > 0) throw new Error(`Consul has not said yet where ${unheard.join(', ')} is`);
  if (!named.includes(true)) throw new Error('no instance of any service is known');
}
