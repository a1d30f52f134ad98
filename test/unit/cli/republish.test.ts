import { republishCommand } from '../../../cli/republish/command';
import { progressLine, reportLines } from '../../../cli/republish/print';
import type { RepublishReport } from '../../../platform/republish/options';

const complete: RepublishReport = {
  ...{ service: 'orders', verdict: 'complete', dryRun: false, aggregates: 1_204, events: 5_311 },
  ...{ pending: 0, records: 5_320, repeats: 9, broken: 0, lacking: 0, sent: 0, tookMs: 900 },
  ...{ counts: {}, findings: [] },
};
const first = (told: Partial<RepublishReport>) => reportLines({ ...complete, ...told })[0];

test('a report tells what was lacking and what was sent', () => {
  expect(reportLines(complete)).toEqual([
    'orders: the log holds everything. 5,311 events of 1,204 aggregates; 5,320 records, 9 repeats, 0 broken; 0.9 s.',
  ]);
  expect(first({ lacking: 2, sent: 3, pending: 1 })).toMatch(
    /^orders: the log lacked 2 events, 3 were sent\..* 1 wait in the outbox;/,
  );
  expect(first({ lacking: 2, dryRun: true, verdict: 'lacking' })).toMatch(
    /^orders: the log lacks 2 events, nothing was sent, as asked\./,
  );
});

test('what sending cannot put right is told with what to do next', () => {
  const counts = { HISTORY_FORKED: 1, LOG_AHEAD: 40 };
  const forked = { code: 'HISTORY_FORKED', aggregateId: 'order/a', seq: 2, detail: 'two' } as const;
  const lines = reportLines({ ...complete, verdict: 'refused', counts, findings: [forked] });
  expect(lines[0]).toMatch(/^orders: HISTORY_FORKED; nothing was sent/);
  expect(lines.slice(1)).toEqual([
    '  order/a  HISTORY_FORKED (event 2): two',
    expect.stringMatching(/^ {4}next: .*stop the service/),
    '  40 more; in all HISTORY_FORKED 1, LOG_AHEAD 40',
  ]);
  expect(first({ verdict: 'refused', lacking: 2, sent: 1, counts: { LOG_AHEAD: 1 } })).toMatch(
    /^orders: NOT COMPLETE: the log lacks 2 events, 1 were sent\./,
  );
});

test('progress is told on one line', () => {
  const at = { phase: 'sending', records: 1_000, events: 2_000, sent: 30 } as const;
  expect(progressLine('orders', at)).toBe('orders: sending; 1,000 records, 2,000 events, 30 sent');
});

test('a service that does not exist is wrong usage', async () => {
  const quiet = { writeErr: () => undefined, writeOut: () => undefined };
  const run = (...words: string[]) =>
    republishCommand()
      .configureOutput(quiet)
      .parseAsync(['node', 'republish', ...words]);
  await expect(run('nobody')).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  await expect(run('orders', '--limit', '0')).rejects.toMatchObject({
    code: 'commander.invalidArgument',
  });
});
