import fc from 'fast-check';
import { createMemoryFold } from '../../../platform/event-log/history/memory-fold';
import type { LogRecord } from '../../../platform/event-log/ports';
import type { Projection } from '../../../platform/event-log/projector/projection';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import { serviceOfTopic } from '../../../platform/event-log/topics';
import { projections } from '../../../projections';
import { interleave } from '../../support/log-events';
import { histories } from '../../support/random-histories';

const schemas = loadSchemas();
const serviceOf = ({ topic }: LogRecord) => serviceOfTopic(topic);

/** Folds as the projector does: what a fold throws at parks its aggregate and nothing else. */
function foldAll(projection: Projection, records: readonly LogRecord[]) {
  const fold = createMemoryFold({ projection, schemas });
  const mine = records.filter((record) => projection.services.includes(serviceOf(record)));
  mine.forEach((record) => fold.take(record));
  fold.end();
  const { rows, positions, queues } = fold.state;
  const parked = [...queues].map(([id, { hashes }]) => [id, [...hashes.keys()]] as const);
  return { rows: sorted(rows), positions: sorted(positions), parked: sorted(new Map(parked)) };
}

function sorted<Value>(map: ReadonlyMap<string, Value>) {
  return [...map].sort(([left], [right]) => (left < right ? -1 : 1));
}

const turns = fc.infiniteStream(fc.nat(100));

/** Every projection of `projections/index.ts`, one that is added tomorrow included. */
describe.each(projections.map((projection) => [projection.name, projection] as const))(
  '%s',
  (_name, projection) => {
    const touched = { rows: 0 };

    test('has the same rows however the aggregates’ events interleave', () => {
      const property = fc.property(histories, turns, turns, (all, one, other) => {
        const next = (stream: typeof one) => () => Number(stream.next().value);
        const first = foldAll(projection, interleave(all, next(one)));
        expect(foldAll(projection, interleave(all, next(other)))).toEqual(first);
        touched.rows += first.rows.length;
      });
      fc.assert(property, { numRuns: 40 });
      // A projection none of whose keys ever meets an event would pass anything.
      expect(touched.rows).toBeGreaterThan(0);
    });
  },
);

const joined = projections.filter(({ services }) => services.length > 1);

describe.each(joined.map((projection) => [projection.name, projection] as const))(
  '%s',
  (_name, projection) => {
    test('marks a row incomplete while nothing has come from the service it is about', () => {
      const [owner] = projection.services;
      let count = 0;
      const property = fc.property(histories, turns, (all, stream) => {
        const merged = interleave(all, () => Number(stream.next().value));
        const { rows } = foldAll(
          projection,
          merged.filter((record) => serviceOf(record) !== owner),
        );
        count += rows.length;
        for (const [, { row }] of rows) expect(row).toMatchObject({ incomplete: true });
      });
      fc.assert(property, { numRuns: 10 });
      expect(count).toBeGreaterThan(0);
    });
  },
);
