import { auditCommand } from '../../../cli/audit/command';
import { auditLines, jsonOf, verdictOf } from '../../../cli/audit/print';
import type { AuditAnswer } from '../../../cli/audit/print';
import { auditCodes } from '../../../platform/audit/codes';
import { firstMark } from '../../../platform/audit/ledger/port';
import type { KeptFinding } from '../../../platform/audit/ledger/port';

const seen = { firstSeen: '2026-11-26T20:00:00.000Z', lastSeen: '2026-11-26T20:00:01.000Z' };
const dropped: KeptFinding = {
  ...{ code: 'EVENT_NOT_IN_LOG', service: 'orders', subject: 'order/o-1:2', ...seen },
  ...{ eventId: 'order/o-1:2', sagaId: 'place-order:1/run', detail: 'called sent' },
};
const overdue: KeptFinding = { ...dropped, code: 'EVENT_OVERDUE' };
const marks = [{ name: 'orders', mark: { ...firstMark, events: 1_204, repeats: 2 } }];
const answer = (...findings: readonly KeptFinding[]): AuditAnswer => ({
  away: [],
  findings,
  marks,
});

test('an answer tells the verdict, what was read, and each finding with its ids and what to do', () => {
  expect(auditLines(answer())).toEqual([
    'audit: nothing is wrong.',
    '  orders: 1,204 events read, 2 repeats',
  ]);
  expect(auditLines(answer(dropped)).slice(2)).toEqual([
    `  ${seen.firstSeen} EVENT_NOT_IN_LOG orders order/o-1:2 (place-order:1/run): called sent`,
    `    next: ${auditCodes.EVENT_NOT_IN_LOG.next}`,
  ]);
});

test('open violations decide; what waits or was put aside does not, and what is away leaves it open', () => {
  expect(verdictOf(answer(dropped, overdue))).toBe('violated');
  expect(verdictOf(answer(overdue))).toBe('clean');
  expect(verdictOf(answer({ ...dropped, acknowledged: 'restored' }))).toBe('clean');
  expect(verdictOf({ ...answer(), away: ['orders: STORE_UNAVAILABLE'] })).toBe('undecided');
  const doubted = { ...answer(), doubt: 'line 7: it is not signed' };
  expect(verdictOf(doubted)).toBe('undecided');
  expect(auditLines(doubted).at(-1)).toContain('line 7: it is not signed');
  expect(JSON.parse(jsonOf(doubted))).toMatchObject({ doubt: doubted.doubt });
  expect(verdictOf(answer({ ...overdue, isRefused: true }))).toBe('undecided');
  expect(JSON.parse(jsonOf(answer(dropped)))).toMatchObject({
    ...{ verdict: 'violated', services: [{ name: 'orders', events: 1_204 }] },
    findings: [{ code: 'EVENT_NOT_IN_LOG', severity: 'violation' }],
  });
});

test('a time that is none is a wrong usage', async () => {
  const quiet = { writeErr: () => undefined, writeOut: () => undefined };
  const run = auditCommand()
    .configureOutput(quiet)
    .parseAsync(['node', 'audit', '--since', 'yesterday']);
  await expect(run).rejects.toMatchObject({ code: 'commander.invalidArgument' });
});
