/** Counts the stored values of a purpose that are sealed with a key. */
export type CountUses = (key: string) => Promise<number>;

/**
 * Who can count, by purpose. None can yet: a store that seals adds its line here, and until then its keys are not
 * retired. A count must see everything that is kept, archives and backups that are still to be read included.
 */
const counters: Readonly<Record<string, CountUses>> = {};

/** How many stored values are sealed with a key; undefined where nobody can say, which is never taken for none. */
export async function usesOf(purpose: string, key: string): Promise<number | undefined> {
  return Object.hasOwn(counters, purpose) ? counters[purpose]?.(key) : undefined;
}
