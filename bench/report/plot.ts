import { escaped } from '../../cli/html';
import { median } from '../measure/numbers';
import type { SagaReport } from '../saga/run';
import type { RatedSample } from '../saga/summary';
import { variantNames } from '../saga/variants';
import { circumstances } from './table';

const size = { width: 760, labels: 170, row: 26, top: 40, bottom: 30, right: 20 } as const;

/** One row of a plot: a name, and a dot for every round. */
export interface DotRow {
  readonly name: string;
  readonly values: readonly number[];
}

/** Whole powers of ten around all values: the ends of a logarithmic axis. */
export function decadesOf(values: readonly number[]): readonly [number, number] {
  const positive = values.filter((value) => Number.isFinite(value) && value > 0);
  if (positive.length === 0) return [0, 1];
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.ceil(Math.log10(Math.max(...positive)));
  return [low, high === low ? low + 1 : high];
}

/** Dots of every round on a logarithmic axis, and a bar at their median: what is noise can be seen. */
export function dotPlot(title: string, rows: readonly DotRow[]): string {
  const [low, high] = decadesOf(rows.flatMap(({ values }) => values));
  const { width, labels, row, top, bottom, right } = size;
  const height = top + rows.length * row + bottom;
  const at = (value: number): string =>
    (labels + ((Math.log10(value) - low) / (high - low)) * (width - labels - right)).toFixed(1);
  const decades = Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step));
  const floor = height - bottom;
  const grid = decades.map(
    (value) =>
      `<line x1="${at(value)}" x2="${at(value)}" y1="${top}" y2="${floor}" class="grid"/>` +
      `<text x="${at(value)}" y="${floor + 16}" text-anchor="middle">${Number(value.toPrecision(3))}</text>`,
  );
  const lines = rows.map(({ name, values }, index) => {
    const y = top + (index + 0.5) * row;
    const seen = values.filter((value) => Number.isFinite(value) && value > 0);
    const dots = seen.map((value) => `<circle cx="${at(value)}" cy="${y}" r="4"/>`);
    const middle = seen.length === 0 ? '' : at(median(seen));
    const bar = `<line x1="${middle}" x2="${middle}" y1="${y - 9}" y2="${y + 9}" class="median"/>`;
    const label = `<text x="${labels - 10}" y="${y + 4}" text-anchor="end">${escaped(name)}</text>`;
    return `${label}${dots.join('')}${seen.length === 0 ? '' : bar}`;
  });
  return [
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escaped(title)}">`,
    `<text x="${labels}" y="20" class="title">${escaped(title)}</text>`,
    ...[...grid, ...lines, '</svg>'],
  ].join('\n');
}

const style = `body{font:14px system-ui,sans-serif;max-width:800px;margin:2em auto;color:#222}
svg{display:block;margin:1.5em 0;font:12px system-ui,sans-serif}.title{font-weight:600;font-size:14px}
.grid{stroke:#ddd}circle{fill:#1769aa;fill-opacity:.45}.median{stroke:#b3261e;stroke-width:2}`;

type Figure = readonly [string, (sample: RatedSample) => number | undefined];

const figures: readonly Figure[] = [
  ['CPU, times that of the floor beside it', ({ toFloor }) => toFloor?.cpu],
  ['CPU ms for each saga', ({ cpuSumMs }) => cpuSumMs],
  ['p50 ms', ({ p50Ms }) => p50Ms],
  ['sagas a second', ({ sagasPerSecond }) => sagasPerSecond],
];

/** A page of its own, with everything in it. */
export function asPage(report: SagaReport): string {
  const { samples, callers } = report;
  const plots = callers.flatMap((count) =>
    (['success', 'failure'] as const).flatMap((ending) =>
      figures.map(([title, of]) => {
        const rows = variantNames.map((name) => ({
          name,
          values: samples
            .filter((one) => one.variant === name && one.ending === ending)
            .filter((one) => one.callers === count)
            .map((one) => of(one) ?? Number.NaN),
        }));
        const measured = rows.filter(({ values }) => values.some(Number.isFinite));
        return dotPlot(`${title}: ${ending}, callers: ${count}`, measured);
      }),
    ),
  );
  const told = circumstances(report).replaceAll('**', '');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sagas</title><style>${style}</style>
<h1>Sagas</h1>
<p>${escaped(told)}</p>
<p>A dot is a round, a bar is their median; the axis is logarithmic.</p>
${plots.join('\n')}
</html>
`;
}
