import type { RecordedEvent } from '../../platform/kernel/decision';
import type { StoredEvent } from '../../platform/outbox/ports';

/** Folds a history again from nothing: state and sequence per aggregate. A gap in a sequence is a failure. */
export function foldOf<State>(
  service: { evolve(state: State | undefined, event: RecordedEvent): State },
  history: readonly StoredEvent[],
): ReadonlyMap<string, { readonly seq: number; readonly state: State }> {
  const folded = new Map<string, { seq: number; state: State }>();
  for (const event of history) {
    const known = folded.get(event.aggregateId);
    if (event.seq !== (known?.seq ?? 0) + 1) {
      throw new Error(`${event.aggregateId} has a gap before ${event.seq}`);
    }
    const state = service.evolve(known?.state, event);
    folded.set(event.aggregateId, { seq: event.seq, state });
  }
  return folded;
}
