import type { Counter } from 'prom-client';

/**
 * Makes a counter be there from the start, at 0, for every combination of what its labels can be. One that is made by
 * its first increment shows no increase then: the first event of its kind would call nobody, and a panel would say
 * that there are no data until something has gone wrong. For closed lists only.
 */
export function fromZero<Label extends string>(
  counter: Counter<Label>,
  values: Readonly<Record<Label, readonly string[]>>,
): Counter<Label> {
  const names = Object.keys(values) as Label[];
  let all: Partial<Record<Label, string>>[] = [{}];
  for (const name of names) {
    all = all.flatMap((labels) => values[name].map((value) => ({ ...labels, [name]: value })));
  }
  for (const labels of all) counter.inc(labels, 0);
  return counter;
}
