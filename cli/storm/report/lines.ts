import type { Recovery } from './recovery';
import type { StormReport } from './report';
import type { Series } from './series';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const count = (value: number): string => value.toLocaleString('en');
const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const violationsShown = 40;

/** Values as one line of so many bars, each as high as the highest value it stands for. */
export function sparkline(values: readonly number[], width = 72): string {
  const highest = Math.max(1, ...values);
  const columns = Math.min(width, values.length);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    const top = Math.max(...values.slice(from, to));
    return bars[Math.min(bars.length - 1, Math.floor((top / highest) * (bars.length - 1)))];
  }).join('');
}

/** One fault and what followed it. */
export function recoveryLine(one: Recovery): string {
  const what = `${one.kind}${one.point === undefined ? '' : ` at ${one.point}`}`;
  const start = `${String(one.number).padStart(4)} ${seconds(one.atS * 1_000).padStart(8)}  ${one.victim.padEnd(13)}`;
  if (one.missed) return `${start} ${what}: nobody came by`;
  const told = [
    `held ${seconds(one.heldMs)}`,
    `back ${seconds(one.backMs)}`,
    `next end ${one.firstEndMs === undefined ? 'none' : seconds(one.firstEndMs)}`,
    `peak ${one.peakOpen} open`,
    `calm ${one.calmS === undefined ? 'never' : `${one.calmS} s`}`,
  ];
  return `${start} ${what.padEnd(8)} ${told.join(', ')}`;
}

const pairs = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, value]) => `${count(value)} ${name}`)
    .join(', ');

/** A report for a person. */
export function reportLines(report: StormReport, series: Series): readonly string[] {
  const { faults, missed, sagas, journaled, violations, takenMs, endedMs, rebuilds } = report;
  const of = (member: 'open' | 'unsent' | 'takenMs' | 'endedMs') =>
    series.seconds.map((second) => second[member]);
  const most = (member: 'open' | 'unsent') => count(Math.max(0, ...of(member)));
  return [
    '',
    ...report.recoveries.map(recoveryLine),
    '',
    `open sagas      ${sparkline(of('open'))}  most ${most('open')}`,
    `events unsent   ${sparkline(of('unsent'))}  most ${most('unsent')}`,
    `slowest taking  ${sparkline(of('takenMs'))}  p50 ${seconds(takenMs.p50)}, p95 ${seconds(takenMs.p95)}, max ${seconds(takenMs.max)}`,
    `slowest saga    ${sparkline(of('endedMs'))}  p50 ${seconds(endedMs.p50)}, p95 ${seconds(endedMs.p95)}, max ${seconds(endedMs.max)}`,
    '',
    `${count(faults)} faults (${pairs(report.byKind)})${missed === 0 ? '' : `; ${missed} points nobody came by`}`,
    `${count(sagas)} sagas promised, ${count(journaled)} journaled with children (${pairs(report.outcomes)}); ${count(report.repeatedRequests)} requests repeated`,
    `${count(report.events.published)} events, ${count(report.events.projected)} in every read model, ${count(report.events.repeats)} repeats in the log`,
    `quiet ${seconds(report.quietMs)} after the load; ${count(report.replayedHistories)} histories replayed`,
    `rebuild: ${rebuilds.map((one) => `${one.service} ${one.verdict} (${count(one.aggregates)} aggregates)`).join(', ')}`,
    ...violationLines(report),
    violations.length === 0
      ? `✓ everything holds, seed ${report.seed}`
      : `✗ ${violations.length} violations, seed ${report.seed}`,
  ];
}

function violationLines({ violations }: StormReport): readonly string[] {
  const shown = violations.slice(0, violationsShown);
  const rest = violations.length - shown.length;
  return [
    ...shown.map(
      ({ invariant, subject, detail }) => `VIOLATION ${invariant} ${subject}: ${detail}`,
    ),
    ...(rest > 0 ? [`… and ${rest} more; --json has them all`] : []),
  ];
}
