import { ranged } from '../report/table';
import { measures } from './differences';
import type { Difference } from './differences';

const columns: readonly (readonly [string, (one: Difference) => string])[] = [
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
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    ...[legend, '', line(columns.map(([title]) => title)), line(columns.map(() => '---'))],
    ...differences.map((one) => line(columns.map(([, of]) => of(one)))),
    '',
  ].join('\n');
}
