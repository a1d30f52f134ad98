/** What events are looked for by, in the order of the form; the same names as the gateway's. */
export const eventFilterNames = ['service', 'type', 'aggregate', 'saga', 'since'] as const;

export type EventFilterName = (typeof eventFilterNames)[number];

export type EventFilter = { readonly [Name in EventFilterName]?: string };

/** The filter that the query of an address holds. */
export function eventFilterFrom(query: Readonly<Record<string, string | undefined>>): EventFilter {
  const entries = eventFilterNames.flatMap((name) => {
    const value = query[name]?.trim() ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}
