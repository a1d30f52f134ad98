import { leftOut } from '../left-out';
import { republishCodes } from '../../platform/republish/options';
import type { RepublishProgress, RepublishReport } from '../../platform/republish/options';

const count = (value: number): string => value.toLocaleString('en');

/** A report for a person: what was lacking, what was sent, and each finding with what to do next. */
export function reportLines(report: RepublishReport): readonly string[] {
  const { service, events, aggregates, records, repeats, broken, pending, tookMs } = report;
  const numbers = [
    `${count(events)} events of ${count(aggregates)} aggregates`,
    `${count(records)} records, ${count(repeats)} repeats, ${count(broken)} broken`,
    ...(pending === 0 ? [] : [`${count(pending)} wait in the outbox`]),
    `${(tookMs / 1_000).toFixed(1)} s`,
  ];
  return [
    `${service}: ${sentence(report)} ${numbers.join('; ')}.`,
    ...report.findings.flatMap(({ aggregateId, code, seq, detail }) => [
      `  ${aggregateId}  ${code} (event ${seq}): ${detail}`,
      `    next: ${republishCodes[code]}`,
    ]),
    ...leftOut(report.counts, report.findings.length),
  ];
}

function sentence({ verdict, dryRun, lacking, sent, counts }: RepublishReport): string {
  const lacked = `the log lacks ${count(lacking)} events`;
  if (counts.HISTORY_FORKED !== undefined) return `HISTORY_FORKED; nothing was sent; ${lacked}.`;
  const done = dryRun ? 'nothing was sent, as asked' : `${count(sent)} were sent`;
  if (verdict === 'refused') return `NOT COMPLETE: ${lacked}, ${done}.`;
  if (lacking === 0 && sent === 0) return 'the log holds everything.';
  return `${lacked}, ${done}.`.replace('lacks', dryRun ? 'lacks' : 'lacked');
}

const phases: Record<RepublishProgress['phase'], string> = {
  log: 'reading the log',
  table: 'reading the events table',
  lease: 'taking the slots from their relay',
  sending: 'sending',
};

/** What is being done, on one line. */
export function progressLine(service: string, at: RepublishProgress): string {
  const { phase, records, events, sent } = at;
  const numbers = `${count(records)} records, ${count(events)} events, ${count(sent)} sent`;
  return `${service}: ${phases[phase]}; ${numbers}`;
}
