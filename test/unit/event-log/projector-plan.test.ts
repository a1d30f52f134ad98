import fc from 'fast-check';
import { planReadings } from '../../../platform/event-log/projector/plan';
import type { Projection } from '../../../platform/event-log/projector/projection';
import { readRecord } from '../../../platform/event-log/projector/reading';
import type { View } from '../../../platform/event-log/projector/view';
import type { LogRecord } from '../../../platform/event-log/ports';
import { anEvent } from '../../support/events';
import { aRecord } from '../../support/log-events';

/** Counts an aggregate's events; throws for the one that says so. */
const counting: Projection = {
  ...{ name: 'counting', services: ['orders'], listBy: [], orderBy: 'count' },
  keys: (event) => [event.aggregateId],
  fold: (row, event) => {
    if (event.data.poison === true) throw new Error('poison');
    return {
      count: Number(row?.count ?? 0) + 1,
      seqs: [...((row?.seqs as number[]) ?? []), event.seq],
    };
  },
};
const schemas = { read: () => ({ verdict: 'valid' }) as const };
const empty: View = {
  nextOffset: 0n,
  ...{ positions: new Map(), applied: new Map(), queues: new Map(), rows: new Map() },
};

function plan(records: readonly LogRecord[], view: Partial<View> = {}, mode?: 'fill') {
  const readings = records.map((record) => readRecord(record, counting, schemas));
  return planReadings(counting, { ...empty, ...view }, readings, mode);
}

type Told = readonly [aggregateId: string, seq: number, data?: object];

function events(...seqs: readonly Told[]): LogRecord[] {
  return seqs.map(([aggregateId, seq, data = {}], offset) =>
    aRecord(anEvent({ aggregateId, seq, data: data as never }), offset),
  );
}

describe('what a batch of records changes', () => {
  test('contiguous events are applied and the offset moves past them', () => {
    const result = plan(events(['a', 1], ['b', 1], ['a', 2]));
    expect(result).toMatchObject({ handled: 3, nextOffset: 3n, duplicates: 0 });
    expect(result.rows.get('a')?.row).toMatchObject({ count: 2 });
  });

  test('a repeat with the same content changes nothing', () => {
    const result = plan(events(['a', 1], ['a', 2], ['a', 1], ['a', 2], ['a', 3]));
    expect(result).toMatchObject({ handled: 5, duplicates: 2 });
    expect(result.rows.get('a')?.row).toMatchObject({ seqs: [1, 2, 3] });
  });

  test.each([
    [
      'the last number',
      [
        ['a', 1],
        ['a', 2],
        ['a', 2, { other: 1 }],
      ],
    ],
    [
      'an old number',
      [
        ['a', 1],
        ['a', 2],
        ['a', 3],
        ['a', 1, { other: 1 }],
      ],
    ],
  ] as const)('%s with other content is a forked history', (_title, told) => {
    const result = plan(events(...told));
    expect(result.halt).toMatchObject({ code: 'HISTORY_FORKED' });
    expect(result.handled).toBe(told.length - 1);
  });

  test.each([
    [
      'a jump',
      [
        ['a', 1],
        ['a', 3],
      ],
      2,
    ],
    ['an unknown aggregate that does not begin with 1', [['a', 2]], 1],
  ] as const)('%s stops before the gap and names what is missing', (_title, told, seq) => {
    const result = plan(events(...told));
    expect(result.halt).toMatchObject({ code: 'SEQUENCE_GAP', missing: { aggregateId: 'a', seq } });
    expect(result.nextOffset).toBe(BigInt(told.length - 1));
  });

  test('an event sent late fills the gap without moving the offset', () => {
    const [first, , late] = events(['a', 1], ['a', 3], ['a', 2]);
    const before = plan([first!]);
    const view = { positions: before.positions, rows: before.rows, nextOffset: 1n };
    expect(plan([late!], view, 'fill')).toMatchObject({ nextOffset: 1n, applied: [{ seq: 2 }] });
  });

  test('a log that goes on further than the checkpoint has lost something', () => {
    const records = events(['a', 1]).map((record) => ({ ...record, offset: '7' }));
    expect(plan(records).halt).toMatchObject({ code: 'LOG_TRUNCATED' });
  });

  test('everything is applied up to an event whose row does not open', () => {
    const view = { refused: new Map([['a', new Error('no row of ours')]]) };
    const result = plan(events(['b', 1], ['a', 1], ['b', 2]), view);
    expect(result).toMatchObject({ handled: 1, nextOffset: 1n, letters: [] });
    expect(result.halt).toEqual({ code: 'CIPHERTEXT_REFUSED', detail: 'no row of ours' });
    expect([...result.rows.keys()]).toEqual(['b']);
    const folded = new Map([['a:1', anEvent({ aggregateId: 'a', seq: 1, data: {} }).contentHash]]);
    const known = { positions: new Map([['a', { lastSeq: 1, lastHash: '' }]]), applied: folded };
    expect(plan(events(['a', 1]), { ...view, ...known })).toMatchObject({ duplicates: 1 });
  });

  test('records below the checkpoint are passed by', () => {
    const result = plan(events(['a', 1], ['b', 1]), { nextOffset: 1n });
    expect(result.applied).toMatchObject([{ aggregateId: 'b' }]);
    expect(result.handled).toBe(2);
  });

  test('a failing event parks its aggregate, whose later events queue; the others flow', () => {
    const result = plan(events(['a', 1], ['a', 2, { poison: true }], ['b', 1], ['a', 3], ['a', 3]));
    expect(result.letters.map(({ seq, reason }) => [seq, reason])).toEqual([
      [2, 'FOLD_FAILED'],
      [3, 'BEHIND_DEAD_LETTER'],
    ]);
    expect(result).toMatchObject({ handled: 5, duplicates: 1, nextOffset: 5n });
    expect(result.rows.get('b')?.row).toMatchObject({ count: 1 });
    expect(result.positions.get('a')).toMatchObject({ lastSeq: 1 });
  });

  test('a message that is no event parks the aggregate its key names', () => {
    const [first, broken, next] = events(['a', 1], ['a', 2], ['a', 3]);
    const result = plan([first!, { ...broken!, headers: {} }, next!]);
    expect(result.letters.map(({ seq, reason }) => [seq, reason])).toEqual([
      [2, 'ENVELOPE_INVALID'],
      [3, 'BEHIND_DEAD_LETTER'],
    ]);
  });

  test('a row the database could not keep parks the event instead of stopping the partition', () => {
    const nul = { ...counting, fold: () => ({ text: '\u0000' }) };
    const readings = events(['a', 1]).map((record) => readRecord(record, nul, schemas));
    expect(planReadings(nul, empty, readings).letters).toMatchObject([{ reason: 'FOLD_FAILED' }]);
  });

  test('whatever the repeats and the cuts between batches, every event counts once', () => {
    const draws = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(3)), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(draws, fc.nat(5), (repeats, cut) => {
        const last = new Map<string, number>();
        const told = repeats.map(([aggregateId, back]): [string, number] => {
          const seq = Math.max(1, (last.get(aggregateId) ?? 0) + 1 - back);
          last.set(aggregateId, Math.max(seq, last.get(aggregateId) ?? 0));
          return [aggregateId, seq];
        });
        const records = events(...told);
        let view = empty;
        for (let at = 0; at < records.length; at += cut + 1) {
          const result = plan(records.slice(at, at + cut + 1), view);
          expect(result.halt).toBeUndefined();
          view = {
            ...view,
            nextOffset: result.nextOffset,
            positions: new Map([...view.positions, ...result.positions]),
            rows: new Map([...view.rows, ...result.rows]),
          };
        }
        for (const [id, seq] of last) expect(view.rows.get(id)?.row.count).toBe(seq);
      }),
    );
  });
});
