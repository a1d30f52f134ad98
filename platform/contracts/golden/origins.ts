import type { AggregateKind } from '../../participant/service';

/** Whoever writes events, as far as their types say. */
export interface EventWriter {
  readonly name: string;
  readonly aggregates: Readonly<Record<string, AggregateKind>>;
}

/** Where events of one type come from. */
export interface EventOrigin {
  readonly service: string;
  /** Kind of the aggregate: its ids are `<kind>/<id>`. */
  readonly kind: string;
  /** Member of the data that holds the id. */
  readonly id: string;
}

/** Who writes events of a type; undefined where nobody, or more than one, says so. */
export function originOf(writers: readonly EventWriter[], type: string): EventOrigin | undefined {
  const found = writers.flatMap(({ name: service, aggregates }) =>
    Object.entries(aggregates)
      .filter(([, { events }]) => events.includes(type.slice(0, type.indexOf('.'))))
      .map(([kind, { id }]) => ({ service, kind, id })),
  );
  return found.length === 1 ? found[0] : undefined;
}
