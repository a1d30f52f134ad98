import { loadWarning } from '../measure/machine';
import type { Spread } from '../measure/numbers';
import { markdownTable } from './markdown';
import type { Column } from './markdown';
import type { SagaReport } from '../saga/run';
import type { CellSummary } from '../saga/summary';
import { variants } from '../saga/variants';
import type { VariantName } from '../saga/variants';

const groups = ['server', 'tls', 'worker', 'participants', 'database', 'log', 'keys'] as const;

const columns: readonly Column<CellSummary>[] = [
  ['variant', ({ variant }) => `\`${variant}\``],
  ['p50 ms', ({ p50Ms }) => figure(p50Ms)],
  ['p99 ms', ({ p99Ms }) => figure(p99Ms)],
  ['sagas/s', ({ sagasPerSecond }) => figure(sagasPerSecond)],
  [groups.join(' / '), ({ cpuMs }) => groups.map((name) => figure(cpuMs[name])).join(' / ')],
  ['CPU ms', ({ cpuSumMs }) => ranged(cpuSumMs)],
  ['client', ({ cpuMs }) => figure(cpuMs.client)],
  ['CPU × floor', ({ toFloor }) => ranged(toFloor.cpu)],
  ['CPU × empty', ({ toEmpty }) => ranged(toEmpty.cpu)],
  ['p50 × floor', ({ toFloor }) => ranged(toFloor.p50)],
  ['sagas/s × empty', ({ toEmpty }) => ranged(toEmpty.rate)],
];

/** Two or three digits that count; a dash where nothing was measured. */
export function figure(spread: Spread | undefined): string {
  return spread === undefined ? '-' : digits(spread.median);
}

/** The median, and between which figures the rounds were. */
export function ranged(spread: Spread | undefined): string {
  if (spread === undefined) return '-';
  if (spread.rounds === 1) return digits(spread.median);
  return `${digits(spread.median)} (${digits(spread.min)}–${digits(spread.max)})`;
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** The machine and what was run, in two lines. */
export function circumstances({
  machine,
  rounds,
  seconds,
  optIns = false,
  recorded = false,
}: Pick<SagaReport, 'machine' | 'rounds' | 'seconds'> &
  Partial<Pick<SagaReport, 'optIns' | 'recorded'>>): string {
  const { cores, processor, memoryGiB, system, node, loadAverage } = machine;
  const told = [
    `${cores} cores (${processor}), ${memoryGiB} GiB, ${system}, Node ${node}; load before the start ` +
      `${loadAverage.toFixed(2)}; ${rounds} rounds, windows of ${seconds} s.`,
    ...(optIns
      ? ['Holdfast with its opt-ins: no stack traces and no time limit of workflows.']
      : []),
    ...(recorded
      ? ['Every step writes a step record and an event beside its row, in the same statement.']
      : []),
  ];
  const warning = loadWarning(machine);
  return [...told, ...(warning === undefined ? [] : [`**Take care: ${warning}.**`])].join('\n');
}

/** Everything as Markdown: a table for each number of callers and each ending. */
export function asMarkdown(report: SagaReport): string {
  const { summary, problems } = report;
  const titles = [...new Set(summary.map(tableTitle))];
  const tables = titles.flatMap((title) => {
    const cells = summary.filter((cell) => tableTitle(cell) === title);
    return [`### ${title}`, '', ...markdownTable(columns, cells), ''];
  });
  const shown = new Set(summary.map(({ variant }) => variant));
  const legend = (Object.entries(variants) as [VariantName, string][])
    .filter(([name]) => shown.has(name))
    .map(([name, text]) => `* \`${name}\`: ${text}`);
  const rests = Object.entries(report.atRest).map(([name, cpu]) => {
    const told = groups.filter((group) => cpu[group] !== undefined);
    return `| \`${name}\` | ${told.map((group) => `${group} ${digits(cpu[group] ?? 0)}`).join(', ')} |`;
  });
  const wrong = problems.map((problem) => `* ${problem}`);
  return [
    ...['## Sagas', '', circumstances(report), '', ...legend, '', ...tables],
    ...['### At rest', '', '| variant | CPU ms a second |', '| --- | --- |', ...rests, ''],
    ...(wrong.length === 0 ? [] : ['### What did not hold', '', ...wrong, '']),
  ].join('\n');
}

function tableTitle({ callers, ending }: CellSummary): string {
  return `${callers === 1 ? '1 caller' : `${callers} callers`}, ${ending}`;
}
