import { meaningOf } from '../../platform/audit/codes';
import type { KeptFinding, ServiceMark } from '../../platform/audit/ledger/port';

/** What an audit has to say. */
export interface AuditAnswer {
  /** Services that could not be asked, and why. */
  readonly away: readonly string[];
  /** Why the last line of the report is not believed, which says who is away; absent where it is. */
  readonly doubt?: string;
  readonly findings: readonly KeptFinding[];
  readonly marks: readonly { readonly name: string; readonly mark: ServiceMark }[];
}

/** Open violations decide; what is put aside or merely waits does not. Who knows what one says that does not open. */
export function verdictOf({
  away,
  doubt,
  findings,
}: AuditAnswer): 'clean' | 'violated' | 'undecided' {
  const isViolated = findings.some(
    ({ code, acknowledged }) =>
      acknowledged === undefined && meaningOf(code).severity === 'violation',
  );
  if (isViolated) return 'violated';
  const isRefused = doubt !== undefined || findings.some((finding) => finding.isRefused);
  return isRefused || away.length > 0 ? 'undecided' : 'clean';
}

const words = {
  clean: 'nothing is wrong',
  violated: 'promises are BROKEN',
  undecided: 'UNDECIDED',
} as const;

/** The answer for a person: the verdict, what was read, each finding with its ids and what to do next. */
export function auditLines(answer: AuditAnswer): readonly string[] {
  const { away, doubt, findings, marks } = answer;
  return [
    `audit: ${words[verdictOf(answer)]}.`,
    ...marks.map(({ name, mark: { events, repeats } }) => {
      return `  ${name}: ${events.toLocaleString('en')} events read, ${repeats} repeats`;
    }),
    ...away.map((one) => `  waits for ${one}`),
    ...(doubt === undefined ? [] : [`  the report is NOT believed: ${doubt}`]),
    ...findings.flatMap(findingLines),
  ];
}

/** One finding on two lines. */
export function findingLines(finding: KeptFinding): readonly string[] {
  const { code, service, subject, eventId, sagaId, detail, firstSeen, acknowledged } = finding;
  const ids = [eventId === subject ? undefined : eventId, sagaId].filter((id) => id !== undefined);
  const about = ids.length === 0 ? '' : ` (${ids.join(', ')})`;
  const next =
    acknowledged === undefined ? `next: ${meaningOf(code).next}` : `put aside: ${acknowledged}`;
  return [`  ${firstSeen} ${code} ${service} ${subject}${about}: ${detail}`, `    ${next}`];
}

/** The answer for a program. */
export function jsonOf(answer: AuditAnswer): string {
  const services = answer.marks.map(({ name, mark: { events, repeats, offsets } }) => {
    return { name, events, repeats, offsets };
  });
  const findings = answer.findings.map((one) => ({
    ...one,
    severity: meaningOf(one.code).severity,
  }));
  const { away, doubt } = answer;
  return JSON.stringify({ verdict: verdictOf(answer), away, doubt, services, findings });
}
