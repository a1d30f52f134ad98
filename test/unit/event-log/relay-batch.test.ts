import fc from 'fast-check';
import { planBatch } from '../../../platform/event-log/relay/batch';
import { anEvent } from '../../support/events';

const limits = { batchSizeMax: 5, batchBytesMax: 1_000_000 };

/** Pending events of three aggregates in any interleaving, some of them hidden from this read. */
const pending = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 20 })
  .map((draws) => {
    const seqs = new Map<string, number>();
    return draws.flatMap(([aggregateId, isHidden]) => {
      const seq = (seqs.get(aggregateId) ?? 0) + 1;
      seqs.set(aggregateId, seq);
      return isHidden ? [] : [anEvent({ aggregateId, seq })];
    });
  });
const nothing = new Map<string, number>();
const nobody = new Set<string>();

describe('choosing what to send', () => {
  test('whatever the source shows, an aggregate is sent without holes and in order', () => {
    fc.assert(
      fc.property(
        pending,
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(5)),
        (events, sent) => {
          const last = new Map(Object.entries(sent));
          for (const { aggregateId, seq } of planBatch(events, last, nobody, limits).send) {
            if (last.has(aggregateId)) expect(seq).toBe(last.get(aggregateId)! + 1);
            last.set(aggregateId, seq);
          }
        },
      ),
    );
  });

  test('a send is bounded in number and in bytes, and never empty because of one large event', () => {
    const many = Array.from({ length: 9 }, (_, index) => anEvent({ seq: index + 1 }));
    expect(planBatch(many, nothing, nobody, limits).send).toHaveLength(5);
    expect(planBatch(many, nothing, nobody, { ...limits, batchBytesMax: 10 }).send).toHaveLength(1);
  });

  test('what was sent in this tenure is marked again instead of repeated', () => {
    const events = [anEvent({ seq: 1 }), anEvent({ seq: 2 })];
    const plan = planBatch(events, new Map([[events[0]!.aggregateId, 1]]), nobody, limits);
    expect(plan.settled.map(({ seq }) => seq)).toEqual([1]);
    expect(plan.send.map(({ seq }) => seq)).toEqual([2]);
  });

  test('a parked aggregate is passed by and counted, so that the next read reaches further', () => {
    const events = [anEvent({ aggregateId: 'a', seq: 1 }), anEvent({ aggregateId: 'b', seq: 1 })];
    const plan = planBatch(events, nothing, new Set(['a']), limits);
    expect(plan.send.map(({ aggregateId }) => aggregateId)).toEqual(['b']);
    expect(plan.heldBack).toBe(1);
  });
});
