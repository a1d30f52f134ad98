import type { Json } from '../../kernel/json';
import { jsonDifferences, valueAt } from '../../kernel/json-diff';
import type { StoredEvent } from '../../outbox/ports';
import { contentHashOf } from '../../outbox/stamp';
import { captureLimits } from '../capture';
import type { RebuiltStore } from '../capture';
import type { Finding } from './codes';
import { shownValue } from './difference';
import type { Evolve, Told, Track } from '../roll/track';

interface Look {
  readonly store: RebuiltStore;
  readonly evolve: Evolve;
}

/** What was found of an aggregate, without a second look. */
export function findingOf(aggregateId: string, { folded: _, ...told }: Told): Finding {
  return { aggregateId, ...told };
}

/**
 * Looks closer at two states that differ: names the field, and the event. Where the events table tells another event
 * than the log, that one; else the one that gave the field the value it should have. The events table is read for this
 * alone, as a second witness beside the log.
 */
export async function lookCloser(
  { store, evolve }: Look,
  aggregateId: string,
  { captured, hashes, told }: Track,
): Promise<Finding> {
  if (told?.folded === undefined) throw new RangeError(`${aggregateId} has no states to compare`);
  const finding = findingOf(aggregateId, told);
  const [expected, actual] = [told.folded, captured.state].map((text) => JSON.parse(text) as Json);
  const differences = jsonDifferences(expected, actual);
  const [first] = differences;
  if (first === undefined) return finding;
  const { pointer } = first;
  const field = {
    pointer,
    expected: shownValue(first.left, pointer),
    actual: shownValue(first.right, pointer),
    members: differences.length,
  };
  let state: unknown;
  let value: Json | undefined;
  let cause: StoredEvent | undefined;
  for await (const event of eventsOf(store, aggregateId, captured.seq)) {
    const { seq, type } = event;
    if (!hashes.has(seq, contentHashOf(event))) {
      const detail = 'log and events table hold two contents';
      return { aggregateId, code: 'HISTORY_FORKED', seq, type, detail, field };
    }
    state = evolve(state, event);
    const now = valueAt(state as Json, pointer);
    if (cause === undefined || jsonDifferences(value, now).length > 0) cause = event;
    value = now;
  }
  if (cause === undefined) return { ...finding, field };
  const { seq, type } = cause;
  return { ...finding, seq, type, detail: `${finding.detail}; event ${seq} set it`, field };
}

/** Events of one aggregate as its events table has them, ascending, up to `lastSeq`. */
async function* eventsOf(store: RebuiltStore, aggregateId: string, lastSeq: number) {
  for (let seq = 0; seq < lastSeq;) {
    const limitMax = Math.min(captureLimits.pageMax, lastSeq - seq);
    const page = await store.history({ after: { aggregateId, seq }, limitMax });
    const own = page.filter((event) => event.aggregateId === aggregateId);
    const last = own.at(-1);
    if (last === undefined) return;
    yield* own;
    seq = last.seq;
  }
}
