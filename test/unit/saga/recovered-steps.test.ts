import type { RecoveredStep } from '../../../platform/saga/engine/recovery-start';
import { storyOf, tellAll } from '../../../platform/saga/orchestrate/history';
import type { HistoryEvent } from '../../../platform/saga/orchestrate/history';
import { isHistoryLong } from '../../../platform/saga/plan/verbs';
import { inOrder } from '../../../platform/saga/plan/recovered-order';

const at = '2030-01-01T00:00:00.000Z';
const started = { argument: {}, firstRunId: 'first' };
const forward = (step: string, plan: object): HistoryEvent => ({
  at,
  scheduled: {
    type: 'orders.open',
    argument: { step, kind: 'forward', epoch: 0, command: 'open', input: null, plan },
  },
});
const open = forward('open order', { kind: 'compensatable', order: 0 });
const capture = forward('capture payment', { kind: 'pivot', order: 3 });

describe('what a recovery reads out of histories', () => {
  it('is all there is only with a pivot in it: a run that nobody knows of may have done it', () => {
    expect(tellAll([storyOf([{ at, started }, open])])).toBe(false);
    expect(tellAll([storyOf([{ at, started }, open, capture])])).toBe(true);
  });

  it('keeps the place that the saga gave a step, so that rows fit in between', () => {
    const told = storyOf([{ at, started }, open, capture]).started;
    const row = (name: string, order: number): RecoveredStep => ({
      ...told[0]!,
      name,
      place: [order],
    });
    const rows = [row('after', 5), row('between', 2), row('capture payment', 4)];
    const names = inOrder(told, rows).map(({ name, place }) => [name, ...place]);
    expect(names).toEqual([
      ['open order', 0],
      ['between', 2],
      ['capture payment', 3],
      ['after', 5],
    ]);
  });

  it('has the time that the saga function decides by, which is not that of the request', () => {
    const decidesBy = '2030-01-01T01:00:00.000Z';
    const scheduled = { type: 'sagas.started', argument: { input: { startedAt: decidesBy } } };
    expect(
      storyOf([
        { at, started },
        { at, scheduled },
      ]),
    ).toMatchObject({ startedAt: at, decidesBy });
  });
});

test.each([
  ['few events and bytes', 10, 1_000, {}, false],
  ['8,000 events', 8_000, 1_000, {}, true],
  ['20 MiB', 10, 20 * 1_024 * 1_024, {}, true],
  ['a lower bound of its own', 25, 1_000, { historyEventsMax: 25 }, true],
  ['a higher bound of its own', 8_000, 1_000, { historyEventsMax: 50_000 }, true],
  ['fewer bytes of its own', 10, 1_000, { historyBytesMax: 1_000 }, true],
])('a history is long or not: %s', (_title, historyLength, historySize, own, isLong) => {
  expect(isHistoryLong({ historyLength, historySize }, own)).toBe(isLong);
});
