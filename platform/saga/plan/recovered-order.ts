import type { Place } from './way-back';

interface Started {
  readonly name: string;
  readonly place: Place;
}

/**
 * What histories tell, and what rows tell beyond it, in the order in which the saga started it. A step in both is as
 * the history has it, which knows the input.
 */
export function inOrder<Step extends Started>(
  told: readonly Step[],
  rows: readonly Step[],
): readonly Step[] {
  const names = new Set(told.map(({ name }) => name));
  const all = [...told, ...rows.filter(({ name }) => !names.has(name))];
  return all.sort((left, right) => orderOf(left) - orderOf(right));
}

function orderOf({ place }: Started): number {
  return Number(place[0] ?? 0);
}
