import type { TableEvent } from '../../../../cli/storm/judge/evidence';
import { sparkline } from '../../../../cli/storm/report/lines';
import { recoveriesOf } from '../../../../cli/storm/report/recovery';
import { quantile, seriesOf } from '../../../../cli/storm/report/series';
import type { Ticket } from '../../../../cli/storm/load/ticket';

const at = (second: number) => second * 1_000;
const event = (type: string, aggregateId: string, seq: number, second: number) =>
  ({
    ...{ service: 'sagas', type, aggregateId, seq },
    time: new Date(at(second)).toISOString(),
  }) as TableEvent;

const saga = (id: string, from: number, to: number) => [
  event('saga.started', id, 1, from),
  event('saga.finished', id, 2, to),
];
const series = seriesOf(
  {
    events: [...saga('saga/a', 1, 3), ...saga('saga/b', 2, 8)],
    logged: new Map([
      ['sagas saga/a:1', at(1.2)],
      ['sagas saga/a:2', at(3.2)],
      ['sagas saga/b:1', at(6)],
      ['sagas saga/b:2', at(8.2)],
    ]),
  },
  { tickets: [{ askedAt: at(1), takenAt: at(2.5) } as Ticket] },
  { fromMs: 0, toMs: at(10) },
);

test('backlog and latency of each second are read out of the histories', () => {
  expect(series.seconds.map(({ open }) => open)).toEqual([0, 1, 2, 1, 1, 1, 1, 1, 0, 0]);
  expect(series.seconds.map(({ unsent }) => unsent)).toEqual([0, 0, 1, 1, 1, 1, 0, 0, 0, 0]);
  expect(series.durations).toEqual([2_000, 6_000]);
  expect(series.waits).toEqual([1_500]);
});

test('a fault is over when no more is under way than usual', () => {
  const hit = { number: 1, atMs: 0, victim: 'orders', kind: 'kill', holdMs: 0 } as const;
  const struck = { hit, missed: false, struckAt: at(2), endedAt: at(2.5), liftedAt: at(5) };
  expect(recoveriesOf([struck], series)).toEqual([
    {
      ...{ number: 1, atS: 2, victim: 'orders', kind: 'kill', missed: false },
      ...{ heldMs: 500, backMs: 2_500, firstEndMs: 3_000, peakOpen: 2, calmS: 1 },
    },
  ]);
});

test('a line of bars keeps the highest value of each column', () => {
  expect(sparkline([0, 0, 7, 0], 2)).toBe('▁█');
  expect(sparkline([], 5)).toBe('');
});

test('a quantile of nothing is nothing', () => {
  expect([quantile([], 0.5), quantile([1, 2, 3], 0.5), quantile([1, 2, 3], 1)]).toEqual([0, 2, 3]);
});
