import { eventId } from '../../event-log/envelope';
import type { LogEvent } from '../../event-log/envelope';
import type { HostedService } from '../../host/hosted-service';
import { canonicalJson } from '../../kernel/json';
import type { StoredEvent } from '../../outbox/ports';
import type { AuditFinding } from '../codes';
import { familyIdOf, withEvent } from '../family';
import type { Family } from '../family';
import { differing } from './live';
import type { Watched } from './lost';
import type { EventKey, Ledger, OpenWeight, Seen, Tracked } from '../ledger/port';

/** What a step asks of a service's own code. */
export type AuditedCode = Pick<HostedService, 'name' | 'evolve' | 'identity'>;

/** Aggregates, events and families a step works on, as the ledger has them and then as the step leaves them. */
export interface Draft {
  readonly service: string;
  readonly tracked: Map<string, Tracked>;
  /** By event id. */
  readonly seen: Map<string, Seen>;
  readonly families: Map<string, Family>;
  readonly weights: Map<string, OpenWeight>;
  readonly findings: AuditFinding[];
  /** Rows that were ahead of the log; each is compared when its number is folded. */
  readonly watched: Map<string, Watched>;
  /** Ids of what has changed. */
  readonly changed: { readonly seen: Set<string>; readonly aggregates: Set<string> };
  events: number;
  repeats: number;
}

const fresh = { seq: 0, logSeq: 0, state: '', isStalled: false } as const;

/** Loads what some events touch. */
export async function openDraft(
  { ledger, service, watched }: Pick<Draft, 'service' | 'watched'> & { readonly ledger: Ledger },
  {
    events,
    weights,
  }: { readonly events: readonly LogEvent[]; readonly weights: readonly OpenWeight[] },
): Promise<Draft> {
  const ids = [...new Set(events.map(({ aggregateId }) => aggregateId))];
  const families = [...new Set(events.flatMap((event) => familyIdOf(event) ?? []))];
  const [tracked, seen, known] = await Promise.all([
    ids.length === 0 ? new Map<string, Tracked>() : ledger.tracked(service, ids),
    events.length === 0 ? new Map<string, Seen>() : ledger.seen(service, events),
    families.length === 0 ? new Map<string, Family>() : ledger.families(service, families),
  ]);
  return {
    ...{ service, tracked: new Map(tracked), seen: new Map(seen), families: new Map(known) },
    weights: new Map(weights.map((one) => [weightKey(one), one])),
    ...{ findings: [], watched },
    changed: { seen: new Set(), aggregates: new Set() },
    ...{ events: 0, repeats: 0 },
  };
}

/** The aggregate as the draft has it; before its first event where it is not known. */
export function trackedIn({ tracked }: Pick<Draft, 'tracked'>, id: string): Tracked {
  return tracked.get(id) ?? { id, ...fresh };
}

export function setTracked(draft: Draft, tracked: Tracked): void {
  draft.tracked.set(tracked.id, tracked);
  draft.changed.aggregates.add(tracked.id);
}

export function setSeen(draft: Draft, seen: Seen): void {
  draft.seen.set(eventId(seen), seen);
  draft.changed.seen.add(eventId(seen));
}

/** Adds a finding about one event. */
export function tell(
  draft: Pick<Draft, 'findings' | 'service'>,
  code: string,
  about: EventKey & Pick<AuditFinding, 'detail'> & { readonly sagaId?: string | undefined },
): void {
  const { sagaId, detail } = about;
  const id = eventId(about);
  const saga = sagaId === undefined ? {} : { sagaId };
  draft.findings.push({ code, service: draft.service, subject: id, eventId: id, ...saga, detail });
}

/**
 * Folds the next event of an aggregate: its state, what it adds to its service's sums, and what it says about its saga.
 * A fold that refuses stops the aggregate for good.
 */
export function foldNext(draft: Draft, event: LogEvent, code: AuditedCode): void {
  const { aggregateId, seq } = event;
  const tracked = trackedIn(draft, aggregateId);
  const before: unknown = tracked.state === '' ? undefined : JSON.parse(tracked.state);
  let after: unknown;
  try {
    after = code.evolve(before, event);
  } catch (error) {
    const { message } = error as Error;
    tell(draft, 'FOLD_FAILED', { ...event, detail: message });
    setTracked(draft, { ...tracked, isStalled: true });
    return;
  }
  setTracked(draft, { ...tracked, seq, state: canonicalJson(after) });
  compareWatched(draft, event);
  if (before !== undefined) weigh(draft, event, { code, state: before, sign: -1 });
  weigh(draft, event, { code, state: after, sign: 1 });
  const family = familyIdOf(event);
  if (family !== undefined) {
    draft.families.set(family, withEvent(draft.families.get(family), event, family));
  }
}

/** The log has come to the number at which a row was read. */
function compareWatched(draft: Draft, { aggregateId, seq }: LogEvent): void {
  const one = draft.watched.get(aggregateId);
  if (one === undefined || one.seq > seq) return;
  draft.watched.delete(aggregateId);
  if (one.seq < seq) return;
  const states = { folded: trackedIn(draft, aggregateId).state, stored: one.state };
  draft.findings.push(...differing(aggregateId, states, { service: draft.service, seq }));
}

interface Weighed {
  readonly code: AuditedCode;
  readonly state: unknown;
  readonly sign: 1 | -1;
}

function weigh(draft: Draft, event: LogEvent, { code, state, sign }: Weighed): void {
  const origin = originOf(event);
  for (const { identity, aggregateId, amount } of code.identity.weights({
    id: event.aggregateId,
    state,
  })) {
    const key = weightKey({ identity, aggregateId, origin });
    const sum = (draft.weights.get(key)?.amount ?? 0) + sign * amount;
    const saga = event.sagaId === undefined ? {} : { sagaId: event.sagaId };
    const told = { identity, aggregateId, origin, eventId: eventId(event), ...saga };
    if (sum === 0) draft.weights.delete(key);
    else draft.weights.set(key, { ...told, amount: sum });
  }
}

/** What all events of one transaction share, and hardly two transactions do; two that do add up to zero together. */
function originOf(event: Omit<StoredEvent, 'slot'>): string {
  const { causationId, sagaId, step, epoch, direction, time } = event;
  return JSON.stringify([causationId, sagaId, step, epoch, direction, time]);
}

/** Identity of a sum that one transaction has begun. */
export function weightKey({
  identity,
  aggregateId,
  origin,
}: Pick<OpenWeight, 'identity' | 'aggregateId' | 'origin'>): string {
  return JSON.stringify([identity, aggregateId, origin]);
}
