import { markdownTable } from '../report/markdown';
import type { Column } from '../report/markdown';
import { ranged } from '../report/table';
import { measures } from './differences';
import type { Difference } from './differences';

const columns: readonly Column<Difference>[] = [
  ['variant', ({ variant }) => `\`${variant}\``],
  ['callers, ending', ({ callers, ending }) => `${callers}, ${ending}`],
  ['figure', ({ measure }) => measures[measure]],
  ['before', ({ before }) => ranged(before)],
  ['now', ({ now }) => ranged(now)],
  ['now ÷ before', ({ ratio }) => ranged(ratio)],
  ['beside `empty`', ({ besideEmpty }) => ranged(besideEmpty)],
  ['told apart', ({ toldApart }) => toldApart],
];

const legend = `Medians of all rounds, and between which figures they were. \`beside empty\`: each was divided
by the empty workflow of its own run first. Told apart: all rounds say more, or all say less. By chance
alone five rounds agree in one case of sixteen, three in one of four.`;

/** A row for each figure of each cell. */
export function asComparison(differences: readonly Difference[]): string {
  return [legend, '', ...markdownTable(columns, differences), ''].join('\n');
}
