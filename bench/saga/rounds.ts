import { endingsOf, floorName } from './variants';
import type { Ending, VariantName } from './variants';

/** One figure of a round: a variant, how its sagas end, and how many callers there are. */
export interface Cell {
  readonly variant: VariantName;
  readonly ending: Ending;
  readonly callers: number;
}

/** What is run: which variants, at which numbers of callers. */
export interface Plan {
  readonly variants: readonly VariantName[];
  readonly callers: readonly number[];
}

/**
 * The cells of a round in the order they are run. The floor is at both ends; between them the variants follow each
 * other in an order that begins one later in each round, so that none is always the one behind another.
 */
export function cellsOf({ variants, callers }: Plan, round: number): readonly Cell[] {
  const others = variants.filter((name) => name !== floorName);
  const rotated = others.map((_, at) => others[(at + round) % others.length]!);
  const cellsFor = (names: readonly VariantName[]): readonly Cell[] =>
    callers.flatMap((count) =>
      (['success', 'failure'] as const).flatMap((ending) =>
        names
          .filter((name) => endingsOf(name).includes(ending))
          .map((variant) => ({ variant, ending, callers: count })),
      ),
    );
  const floor = cellsFor([floorName]);
  return [...floor, ...cellsFor(rotated), ...floor];
}
