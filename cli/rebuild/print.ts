import { leftOut } from '../left-out';
import { linePrinter } from '../line-printer';
import type { LineOutput } from '../line-printer';
import { rebuildCodes } from '../../platform/rebuild/finding/codes';
import type { Finding } from '../../platform/rebuild/finding/codes';
import type { RebuildProgress, RebuildReport } from '../../platform/rebuild/options';

const count = (value: number): string => value.toLocaleString('en');

/** A report for a person: the verdict, each finding with what to do next, and what was left out. */
export function reportLines(report: RebuildReport): readonly string[] {
  const { service, verdict, aggregates, events, repeats, late, tookMs } = report;
  const told = [
    `${count(aggregates)} aggregates`,
    `${count(events)} events, ${count(repeats)} repeats${late === 0 ? '' : `, ${count(late)} late`}`,
    `${(tookMs / 1_000).toFixed(1)} s, ${count(report.eventsPerSecond)} events/s`,
  ];
  const words = { equal: 'log and database are equal', differs: 'log and database DIFFER' };
  const said = verdict === 'undecided' ? 'UNDECIDED' : words[verdict];
  return [
    `${service}: ${said}. ${told.join('; ')}.`,
    ...report.findings.flatMap(findingLines),
    ...leftOut(report.counts, report.findings.length),
  ];
}

function findingLines({ aggregateId, code, seq, type, detail, field }: Finding): string[] {
  const event = type === undefined ? `event ${seq}` : `event ${seq}, ${type}`;
  const others = field !== undefined && field.members > 1 ? `, of ${field.members} members` : '';
  return [
    `  ${aggregateId || '(no key)'}  ${code} (${event}): ${detail}`,
    ...(field === undefined
      ? []
      : [`    ${field.pointer}: log ${field.expected}, database ${field.actual}${others}`]),
    `    next: ${rebuildCodes[code].next}`,
  ];
}

const phases: Record<RebuildProgress['phase'], string> = {
  database: 'reading the database',
  log: 'folding the log',
  waiting: 'waiting for what is on its way to the log',
};

/** One line that is written over on a terminal; elsewhere a line now and then. `done` clears it. */
export function progressPrinter(output: LineOutput, service: string) {
  const printer = linePrinter(output);
  const startedMs = performance.now();
  return {
    progress({ phase, aggregates, records }: RebuildProgress): void {
      const rate = Math.round((records / (performance.now() - startedMs)) * 1_000);
      const numbers = `${count(aggregates)} aggregates, ${count(records)} records, ${count(rate)}/s`;
      printer.show(`${service}: ${phases[phase]}; ${numbers}`);
    },
    done: () => printer.done(),
  };
}
