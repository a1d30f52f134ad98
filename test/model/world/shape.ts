import type { MachineKind } from '../../../platform/saga/machine/state';
import type { Place } from '../../../platform/saga/plan/way-back';

/** A step of the saga's function. */
export interface ShapeStep {
  readonly name: string;
  readonly kind: MachineKind;
  readonly place: Place;
}

type Item = { readonly step: number } | { readonly branches: readonly (readonly Item[])[] };

/** What a saga's function does: steps one after the other, and parallel blocks. */
export interface Shape {
  readonly text: string;
  readonly steps: readonly ShapeStep[];
  readonly items: readonly Item[];
}

const kinds: Record<string, MachineKind> = {
  C: 'compensatable',
  P: 'pivot',
  R: 'retriable',
  W: 'wait',
};

/** Reads `(C | C C) P R`: C compensatable, P pivot, R retriable, W a wait, bars between branches. */
export function shapeOf(text: string): Shape {
  const tokens: string[] = [...(text.match(/[CPRW()|]/g) ?? [])];
  const steps: ShapeStep[] = [];
  const counts = new Map<string, number>();
  const line = (place: Place): Item[] => {
    const items: Item[] = [];
    for (let token = tokens.shift(); token !== undefined; token = tokens.shift()) {
      const here = [...place, items.length];
      if (token === ')' || token === '|') {
        tokens.unshift(token);
        return items;
      }
      items.push(token === '(' ? { branches: block(here) } : { step: add(token, here) });
    }
    return items;
  };
  const block = (place: Place): Item[][] => {
    const branches: Item[][] = [];
    do branches.push(line([...place, `branch ${branches.length + 1}`]));
    while (tokens.shift() === '|');
    return branches;
  };
  const add = (token: string, place: Place): number => {
    const count = (counts.get(token) ?? 0) + 1;
    counts.set(token, count);
    const name = token === 'P' ? token : `${token}${count}`;
    return steps.push({ name, kind: kinds[token]!, place }) - 1;
  };
  return { text, items: line([]), steps };
}

/** The steps that the saga's function waits for, given the resolved ones (a bit each); none when it has ended. */
export function wanted(items: readonly Item[], resolved: number): readonly number[] {
  for (const item of items) {
    const waits =
      'step' in item
        ? (resolved >> item.step) & 1
          ? []
          : [item.step]
        : item.branches.flatMap((branch) => wanted(branch, resolved));
    if (waits.length > 0) return waits;
  }
  return [];
}
