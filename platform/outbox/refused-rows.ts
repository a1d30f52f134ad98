import { Fault } from '../kernel/faults';

/** Rows that did not open while others were sealed anew: how many, and what the first of them are called. */
export interface RefusedRows {
  readonly count: number;
  readonly named: readonly string[];
}

/** Rows that are named of those that do not open. */
const namedMax = 20;

export const noneRefused: RefusedRows = { count: 0, named: [] };

/** Some more of them, by what each is called. */
export function alsoRefused({ count, named }: RefusedRows, more: readonly string[]): RefusedRows {
  return { count: count + more.length, named: [...named, ...more].slice(0, namedMax) };
}

/** Names the rows that nobody can seal anew: a person has to look at each. Throws `CIPHERTEXT_REFUSED`. */
export function demandOpened({ count, named }: RefusedRows): void {
  if (count === 0) return;
  const more = count > named.length ? `, and ${count - named.length} more` : '';
  throw new Fault('CIPHERTEXT_REFUSED', `rows do not open: ${named.join(', ')}${more}`);
}
