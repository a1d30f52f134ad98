/** Where the names of our processes live in a certificate. */
export const identityPrefix = 'spiffe://holdfast/';

/**
 * The name in the one URI of a certificate's alternative names, as Node prints them (`DNS:…, URI:…`).
 * Undefined when there is no URI, more than one, or one of another trust domain: no identity is better than
 * a guessed one. Node quotes values that could fake a separator, so a quote is reason enough to refuse.
 */
export function identityOf(alternativeNames: string | undefined): string | undefined {
  if (!alternativeNames || alternativeNames.includes('"')) return undefined;
  const uris = alternativeNames.split(', ').filter((entry) => entry.startsWith('URI:'));
  const [only] = uris;
  if (uris.length !== 1 || !only?.startsWith(`URI:${identityPrefix}`)) return undefined;
  const name = only.slice('URI:'.length + identityPrefix.length);
  return /^[a-z][a-z0-9-]{0,62}$/.test(name) ? name : undefined;
}
