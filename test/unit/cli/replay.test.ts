import {
  generationLines,
  progressLine,
  progressPrinter,
  reportLines,
} from '../../../cli/replay/print';
import type { ReplayReport } from '../../../platform/event-log/replay/options';

const report: ReplayReport = {
  ...{ projection: 'order-status', verdict: 'switched', from: 1, to: 2, resumed: false },
  ...{ events: 1_000_131, repeats: 12, tookMs: 109_700, eventsPerSecond: 9_117 },
  comparison: { liveRows: 250_000, otherRows: 250_031, compared: 1_987, apart: 3, differing: [] },
  letters: { count: 0, first: [] },
};

test('progress is events, total, rate and what is left, in one line', () => {
  const at = { events: 312_400, total: 1_000_000, perSecond: 9_120, remainingMs: 75_400 };
  expect(progressLine('order-status', { phase: 'folding', ...at })).toBe(
    'order-status: folding the log; 312,400 of 1,000,000 events (31 %), 9,120/s, 1 min 16 s left',
  );
  const first = { events: 0, total: 0, perSecond: 0 };
  expect(progressLine('order-status', { phase: 'folding', ...first })).toBe(
    'order-status: folding the log; 0 of 0 events (100 %), 0/s',
  );
});

test('a terminal has one line that is written over, a pipe has plain lines', () => {
  const at = { phase: 'folding', events: 1, total: 2, perSecond: 1 } as const;
  for (const isTTY of [true, false]) {
    const written: string[] = [];
    const printer = progressPrinter({ isTTY, write: (text) => written.push(text) }, 'p');
    printer.progress(at);
    printer.done();
    // Nothing yet: a line at once would be one for every short replay.
    expect(written).toEqual([]);
  }
});

test('a report tells what was compared, and what is next', () => {
  expect(reportLines(report)).toEqual([
    'order-status: switched, generation 1 → 2. 1,000,131 events, 12 repeats; 109.7 s, 9,117 events/s.',
    '  rows: 250,000 live, 250,031 built; compared 1,987: 1,987 equal, 0 differ, 3 not at the same events',
    '  next: holdfast replay order-status --rollback goes back, --drop-old deletes',
  ]);
});

test('rows that differ and letters are named, the first ten of them', () => {
  const differing = Array.from({ length: 12 }, (_, index) => ({
    ...{ key: `o-${index}`, live: { status: 'lost' }, other: { status: 'open' } },
  }));
  const letter = { topic: 't', partition: 0, offset: '7', aggregateId: 'order/o-1', seq: 2 };
  const lines = reportLines({
    ...report,
    ...{ verdict: 'letters', comparison: { ...report.comparison, differing } },
    letters: { count: 1, first: [{ ...letter, reason: 'FOLD_FAILED', detail: 'a bug' }] },
  });
  expect(lines).toContain('    o-9: {"pointer":"/status","before":"lost","after":"open"}');
  expect(lines).toContain('    and 2 more');
  expect(lines).toContain('    order/o-1:2 FOLD_FAILED a bug (t/0@7)');
  expect(lines.at(-1)).toContain('--accept-letters');
});

test('a row that one side lacks is told as that', () => {
  const differing = [
    { key: 'a', live: {} },
    { key: 'b', other: {} },
  ];
  const lines = reportLines({ ...report, comparison: { ...report.comparison, differing } });
  expect(lines).toContain('    a: the one that was built has no such row');
  expect(lines).toContain('    b: the live one has no such row');
});

test('generations are told with what they are, and since when', () => {
  const one = { projection: 'p', number: 2, name: 'p#2', state: 'kept' as const };
  const at = { startedAt: '2026-11-26T20:00:00.000Z', switchedAt: '2026-11-26T21:00:00.000Z' };
  expect(generationLines('p', [{ ...one, ...at }])).toEqual([
    'p 2: kept, begun 2026-11-26T20:00:00.000Z, kept since 2026-11-26T21:00:00.000Z',
  ]);
});
