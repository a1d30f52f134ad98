/** Addresses of the pages. Everything that may hold a slash goes into the query. */
const root = '/console';

function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) params.set(name, value);
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

export const addresses = {
  overview: `${root}/`,
  sagas: `${root}/sagas`,
  incidents: `${root}/incidents`,
  events: `${root}/events`,
  letters: `${root}/dead-letters`,
  projections: `${root}/projections`,
  system: `${root}/system`,
  saga: (id: string) => `${root}/sagas/${encodeURIComponent(id)}`,
  sagasWith: (query: Readonly<Record<string, string | undefined>>) =>
    withQuery(`${root}/sagas`, query),
  incident: (query: { saga: string; step: string; reason: string }) =>
    withQuery(`${root}/incidents`, query),
  eventsWith: (query: Readonly<Record<string, string | undefined>>) =>
    withQuery(`${root}/events`, query),
  aggregate: (id: string) => withQuery(`${root}/aggregate`, { id }),
  lettersOf: (family: LetterFamily, query: Readonly<Record<string, string | undefined>> = {}) =>
    withQuery(`${root}/dead-letters`, { ...query, of: ofFamily(family) }),
  letter: (family: LetterFamily, id: string) =>
    withQuery(`${root}/dead-letters/${encodeURIComponent(id)}`, { of: ofFamily(family) }),
} as const;

/** Dead letters of read models, and those of reactions: two desks with the same operations. */
export type LetterFamily = 'read models' | 'reactions';

function ofFamily(family: LetterFamily): string | undefined {
  return family === 'reactions' ? 'reactions' : undefined;
}

/** The family that a query names. */
export function familyOf(query: { readonly of?: string }): LetterFamily {
  return query.of === 'reactions' ? 'reactions' : 'read models';
}
