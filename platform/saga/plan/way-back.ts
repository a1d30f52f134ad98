/**
 * Where a step stands in its saga: `[2]` is the third thing the saga did, `[2, 'stock', 0]` the first step of branch
 * `stock` of the parallel block in that place; blocks nest.
 */
export type Place = readonly (number | string)[];

export interface Placed {
  readonly name: string;
  readonly place: Place;
}

/**
 * The order of undoing: waves of step names, each wave undone together and finished before the next one. Steps in
 * sequence are undone in reverse; the branches of a parallel block side by side, each from its end.
 */
export function wavesBack(steps: readonly Placed[]): readonly (readonly string[])[] {
  const byPosition = groupBy(steps, (step) => Number(step.place[0]));
  const positions = [...byPosition.keys()].sort((left, right) => right - left);
  return positions.flatMap((position) => wavesOfPosition(byPosition.get(position) ?? []));
}

function wavesOfPosition(steps: readonly Placed[]): readonly (readonly string[])[] {
  const own = steps.filter((step) => step.place.length === 1).map((step) => step.name);
  const inside = steps.filter((step) => step.place.length > 1);
  const branches = [...groupBy(inside, (step) => String(step.place[1])).values()].map((branch) =>
    wavesBack(branch.map(({ name, place }) => ({ name, place: place.slice(2) }))),
  );
  const levels = Math.max(0, ...branches.map((waves) => waves.length));
  const merged = Array.from({ length: levels }, (_, level) =>
    branches.flatMap((waves) => waves[level] ?? []),
  );
  return own.length > 0 ? [own, ...merged] : merged;
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
