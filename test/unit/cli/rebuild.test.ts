import { serviceNames } from '../../../activities/list';
import { rebuildCommand } from '../../../cli/rebuild/command';
import { progressPrinter, reportLines } from '../../../cli/rebuild/print';
import { ownedServices } from '../../../cli/owned-services';
import type { Finding } from '../../../platform/rebuild/finding/codes';
import type { RebuildReport } from '../../../platform/rebuild/options';

const equal: RebuildReport = {
  ...{
    service: 'payments',
    verdict: 'equal',
    aggregates: 1_204,
    events: 5_311,
    repeats: 2,
    late: 0,
  },
  ...{ passes: 1, tookMs: 1_900, eventsPerSecond: 2_795, counts: {}, findings: [] },
};
const field = { pointer: '/availableCents', expected: '8000', actual: '8001', members: 2 };
const finding: Finding = {
  ...{ aggregateId: 'account/a', seq: 9, type: 'account.charged', field },
  ...{ code: 'STATE_DIFFERS', detail: 'both at number 12; event 9 set it' },
};

const run = (...words: string[]) => {
  const quiet = { writeErr: () => undefined, writeOut: () => undefined };
  return rebuildCommand()
    .configureOutput(quiet)
    .parseAsync(['node', 'rebuild', ...words]);
};

test('a report tells the verdict, each finding with what to do, and what it left out', () => {
  expect(reportLines(equal)).toEqual([
    'payments: log and database are equal. 1,204 aggregates; 5,311 events, 2 repeats; 1.9 s, 2,795 events/s.',
  ]);
  const counts = { STATE_DIFFERS: 1_000, SEQUENCE_GAP: 1 };
  const lines = reportLines({ ...equal, verdict: 'differs', counts, findings: [finding] });
  expect(lines.slice(1)).toEqual([
    '  account/a  STATE_DIFFERS (event 9, account.charged): both at number 12; event 9 set it',
    '    /availableCents: log 8000, database 8001, of 2 members',
    expect.stringMatching(/^ {4}next: /),
    '  1,000 more; in all STATE_DIFFERS 1,000, SEQUENCE_GAP 1',
  ]);
  expect(reportLines({ ...equal, verdict: 'undecided' })[0]).toMatch(/^payments: UNDECIDED/);
});

test('progress is one line on a terminal and nothing hasty elsewhere', () => {
  const written = (isTTY: boolean): string[] => {
    const texts: string[] = [];
    const nowMs = jest.spyOn(performance, 'now');
    nowMs.mockReturnValue(0);
    const printer = progressPrinter({ isTTY, write: (text) => texts.push(text) }, 'orders');
    for (const atMs of [1, 1_000, 1_001, 6_000]) {
      nowMs.mockReturnValue(atMs);
      printer.progress({ phase: 'log', aggregates: 3, records: 1_000 });
    }
    printer.done();
    nowMs.mockRestore();
    return texts;
  };
  expect(written(false)).toEqual(['orders: folding the log; 3 aggregates, 1,000 records, 167/s\n']);
  const live = written(true);
  expect(live).toHaveLength(3);
  expect(live.every((text) => text.startsWith('\r') && !text.includes('\n'))).toBe(true);
});

test('every service can be rebuilt, and the journal', () => {
  expect(ownedServices.map(({ service, process }) => [service.name, process])).toEqual([
    ...serviceNames.map((name) => [name, name]),
    ['sagas', 'orchestrator'],
  ]);
});

test('wrong usage is refused before anything is asked', async () => {
  const refused = { code: expect.stringMatching(/^commander\./) as string };
  await expect(run('payments')).rejects.toMatchObject(refused);
  await expect(run('nothing', '--verify')).rejects.toMatchObject(refused);
  await expect(run('payments', '--verify', '--limit', '0')).rejects.toMatchObject(refused);
  await expect(run('--help')).rejects.toMatchObject({ code: 'commander.helpDisplayed' });
});

test('where there is no stack, nothing was decided', async () => {
  const name = process.env.HOLDFAST_NAME;
  delete process.env.HOLDFAST_NAME;
  try {
    const asked = run('payments', '--verify', '--state', '/nowhere/at-all');
    await expect(asked).rejects.toMatchObject({ code: 'STATE_MISMATCH', exitCode: 3 });
  } finally {
    if (name !== undefined) process.env.HOLDFAST_NAME = name;
  }
});
