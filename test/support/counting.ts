import { defineProjection } from '../../platform/event-log/projector/projection';
import type { SchemaRegistry } from '../../platform/event-log/schema-registry';

/** A row that knows how often and in which order it was folded. */
export type CountingRow = { readonly key: string; readonly count: number; readonly seqs: number[] };

/** Folds every event into a row per aggregate; whatever is in `failing` throws, as a bug in a fold would. */
export function countingProjection(name: string, failing = new Set<string>()) {
  return defineProjection<CountingRow>({
    ...{ name, services: ['payments'], listBy: [], orderBy: 'key' },
    keys: ({ aggregateId }) => [aggregateId],
    fold: (row, { aggregateId, seq }) => {
      if (failing.has(`${aggregateId}:${seq}`)) throw new Error('a bug of the fold');
      const { count = 0, seqs = [] } = row ?? {};
      return { key: aggregateId, count: count + 1, seqs: [...seqs, seq] };
    },
  });
}

/** Schemas of a world in which every payload is fine. */
export const anySchemas: Pick<SchemaRegistry, 'read'> = { read: () => ({ verdict: 'valid' }) };
