import { happened, refused } from '../../platform/kernel/decision';
import type { RecordedEvent } from '../../platform/kernel/decision';
import { defineService } from '../../platform/participant/service';
import { rows } from './row-contract';

/** A row, as its events say. */
export interface Row {
  readonly removed: boolean;
}

/** Aggregate of a row. */
export const rowAggregate = (id: string): string => `row/${id}`;

const fact = (aggregateId: string, type: 'row.added' | 'row.removed') => ({
  ...{ aggregateId, type },
  data: { rowId: aggregateId.slice('row/'.length) },
});

/** Adds rows, and removes what was added. */
export const rowService = defineService({
  participant: rows,
  handlers: {
    add: {
      aggregates: (input) => [rowAggregate(input.rowId)],
      decide: (_states, input) =>
        input.refuse
          ? refused('NO_ROOM', 'it was asked to refuse')
          : happened([fact(rowAggregate(input.rowId), 'row.added')]),
    },
    remove: {
      reverse: (_states, effect) =>
        happened(effect.map(({ aggregateId }) => fact(aggregateId, 'row.removed'))),
    },
  },
  operations: {},
  aggregates: { row: { id: 'rowId', events: ['row'] } },
  evolve: (_row: Row | undefined, { type }: RecordedEvent): Row => ({
    removed: type === 'row.removed',
  }),
});
