import { judgeAdvisories, problemsOfWaivers } from '../../../deploy/supply/advisories';
import type { AuditReport, Waiver } from '../../../deploy/supply/advisories';

const nowMs = Date.parse('2026-06-15T12:00:00Z');
const advisory = 'GHSA-aaaa-bbbb-cccc';
const waiver: Waiver = {
  advisory,
  package: 'leftish',
  version: '1.2.3',
  reason: 'only the command line of it is affected, which we do not run',
  since: '2026-06-01',
  until: '2026-06-30',
};
const versionsOf = (name: string): readonly string[] => (name === 'leftish' ? ['1.2.3'] : []);

const reportOf = (severity: string): AuditReport => ({
  vulnerabilities: {
    leftish: {
      name: 'leftish',
      via: [
        {
          name: 'leftish',
          title: 'reads too far',
          url: `https://advisories.example/${advisory}`,
          severity,
        },
      ],
    },
    user: { name: 'user', via: ['leftish'] },
  },
});
const judged = (report: AuditReport | undefined, waivers: readonly Waiver[] = []) =>
  judgeAdvisories({ report, waivers, versionsOf, nowMs });

test.each(['high', 'critical'])('an advisory of severity %s is red, and named once', (severity) => {
  const { is, lines } = judged(reportOf(severity));
  expect(is).toBe('red');
  expect(lines).toEqual([`${severity} leftish: ${advisory} reads too far`]);
});

test.each(['info', 'low', 'moderate'])('severity %s is told and lets it pass', (severity) => {
  const { is, lines } = judged(reportOf(severity));
  expect(is).toBe('clean');
  expect(lines).toHaveLength(1);
});

test('nothing at all is clean', () => {
  expect(judged({ vulnerabilities: {} })).toEqual({ is: 'clean', lines: [] });
});

test.each([
  ['no report', undefined],
  ['a refusal', { message: '405 Method Not Allowed', statusCode: 405 }],
])('%s is no good news, and says what to do', (_name, report) => {
  const { is, lines } = judged(report);
  expect(is).toBe('unknown');
  expect(lines.join('\n')).toMatch(/nothing is known[^]*next: /);
});

test('a waiver that counts lets its advisory pass, and is shown', () => {
  const { is, lines } = judged(reportOf('high'), [waiver]);
  expect(is).toBe('clean');
  expect(lines.join('\n')).toContain('(waived)');
});

test('a waiver counts through its last day and not a moment longer', () => {
  const at = (time: string) => problemsOfWaivers([waiver], versionsOf, Date.parse(time));
  expect(at('2026-06-30T23:59:59Z')).toEqual([]);
  expect(at('2026-07-01T00:00:00Z')).toEqual([
    `waiver of ${advisory} for leftish ended on 2026-06-30`,
  ]);
});

test('a waiver that ran out is red although its advisory is gone', () => {
  const old = { ...waiver, until: '2026-06-10' };
  expect(judged({ vulnerabilities: {} }, [old]).is).toBe('red');
});

test.each<readonly [string, Partial<Waiver>, string]>([
  ['for another version', { version: '1.2.4' }, 'waives 1.2.4, which we do not have'],
  ['for a package we do not have', { package: 'other' }, 'which we do not have'],
  ['without a reason', { reason: 'later' }, 'says no reason'],
  ['for a year', { until: '2027-06-01' }, 'counts longer than 90 days'],
  ['of tomorrow', { since: '2026-06-16' }, 'is of a day to come'],
  ['without a date', { until: 'soon' }, 'has no two days in order'],
  ['for everything', { advisory: '*' }, 'has no id of an advisory'],
])('a waiver %s is red', (_name, change, problem) => {
  const { is, lines } = judged(reportOf('high'), [{ ...waiver, ...change }]);
  expect(is).toBe('red');
  expect(lines.join('\n')).toContain(problem);
});
