import type { LogEvent } from '../envelope';

/** A row of a read model: what JSON can say. Declare yours with `type`, so that it counts as one. */
export type ReadRow = { readonly [member: string]: unknown };

/**
 * A read model as a pure fold of events into rows. There is no order between topics: rows that join services must come
 * out the same for every interleaving that respects each aggregate's own order, and may be partial meanwhile.
 * A fold that throws parks the event's aggregate as a dead letter and nothing else.
 */
export interface Projection<Row extends ReadRow = ReadRow> {
  /** Kebab-case, unique: names checkpoints, rows and the consumer group. */
  readonly name: string;
  /**
   * Services whose topics it reads. The first is the one a row is about: until its events have come, a row of a
   * projection that joins services says `incomplete`.
   */
  readonly services: readonly string[];
  /** Members that lists are filtered by; each gets an index. */
  readonly listBy: readonly string[];
  /** Member lists are ordered by, newest first; times or numbers padded as text. */
  readonly orderBy: string;
  /**
   * Further members that lists are asked by, without an index. These and the two above stand in clear beside the sealed
   * row, and no others: who adds one replays the read model, whose rows do not have it there yet.
   */
  readonly askBy?: readonly string[];
  /** Its rows are answered through the cache: they count their events in a member `version`. */
  readonly cached?: true;
  /** Keys of the rows an event changes; empty when it says nothing to this projection. */
  keys(event: LogEvent): readonly string[];
  /** The row after the event. No clock, no randomness, no effects. */
  fold(row: Row | undefined, event: LogEvent, key: string): Row;
}

/** Checks a projection against its row type: lists can only be filtered and ordered by members there are. */
export function defineProjection<Row extends ReadRow>(
  projection: Projection<Row> & {
    readonly listBy: readonly (keyof Row & string)[];
    readonly orderBy: keyof Row & string;
    readonly askBy?: readonly (keyof Row & string)[];
  },
): Projection<Row> {
  return projection;
}

/** Members of a row that stand in clear. */
export function listedMembers({ listBy, orderBy, askBy = [] }: Projection): readonly string[] {
  return [...listBy, orderBy, ...askBy];
}
