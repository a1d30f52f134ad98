import { restoreCodes } from '../../platform/restore/codes';
import type { RestoreReport } from '../../platform/restore/restore';

const count = (value: number): string => value.toLocaleString('en');

/** A report for a person: the verdict, what was done, each finding with what to do next. */
export function reportLines(report: RestoreReport, isCheck: boolean): readonly string[] {
  const { service, verdict, events, aggregates, commits, sagas, messages, found } = report;
  const said = {
    whole: isCheck ? 'can be made whole' : 'log, sagas and database agree',
    open: 'whole but for what is told below',
    stopped: 'STOPPED, nothing was written',
  };
  const from = isCheck
    ? `${count(events)} events of ${count(aggregates)} aggregates are in the log only`
    : `${count(events)} events of ${count(aggregates)} aggregates in ${count(commits)} transactions`;
  const asked = `${count(sagas)} runs of sagas asked, ${count(messages)} messages sent again`;
  const pending =
    report.notInLog === 0 ? [] : [`  ${count(report.notInLog)} events are not in the log yet`];
  return [
    `${service}: ${said[verdict]}. ${from}; ${isCheck ? asked.replace('sent', 'to send') : asked}.`,
    ...pending,
    ...report.findings.flatMap(({ code, subject, detail }) => [
      `  ${subject}  ${code}: ${detail}`,
      `    next: ${restoreCodes[code].next}`,
    ]),
    ...(found > report.findings.length ? [`  ${count(found - report.findings.length)} more`] : []),
  ];
}
