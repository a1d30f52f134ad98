import type { StepKey } from '../../kernel/step';
import type { StepRecord } from '../../participant/fence-table';
import { slotOf } from '../hash';
import type { Aggregate, StoredEvent } from '../ports';
import type { SealedEvent, SealedStep, Sealing } from '../sealing';

/** Primary key of any item of the one table. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** State of an aggregate. `listShard` spreads the index that lists aggregates over several partitions. */
export interface StateItem extends ItemKey {
  readonly aggregateId: string;
  readonly listShard: string;
  readonly seq: number;
  readonly state: unknown;
}

/**
 * All events one command recorded in one aggregate. One item and not one per event: an index and a stream keep the
 * order of one item's versions, not the order of a transaction's items. Its sort key is its last event's number.
 */
export interface CommitItem extends ItemKey {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly events: readonly SealedEvent[];
  readonly recordedAtMs: number;
  /** Key of the sparse index: present until every event of the item is in the log. */
  readonly outboxSlot?: string;
  readonly outboxOrder?: string;
  /** Events marked while others of the same item were not. */
  readonly publishedSeqs?: ReadonlySet<number>;
}

export interface StepItem extends ItemKey, SealedStep {
  /** Grows with every write: what a transaction was decided on is what it writes over. */
  readonly version: number;
}

export interface LeaseItem extends ItemKey {
  readonly owner: string;
  readonly version: number;
  readonly logEnd?: string;
}

/** Shards of the list of aggregates; a constant of the table's layout. */
export const listShards = ['LIST#0', 'LIST#1', 'LIST#2', 'LIST#3'] as const;

const seqDigits = 16;

export const aggregatePk = (aggregateId: string): string => `AGG#${aggregateId}`;
export const stateKey = (aggregateId: string): ItemKey => ({
  pk: aggregatePk(aggregateId),
  sk: 'STATE',
});
/** Sort key of the commit item whose last event is `seq`; the first at or above a seq is the one that holds it. */
export const commitSk = (seq: number): string => `EVT#${String(seq).padStart(seqDigits, '0')}`;
/** Above every commit item of an aggregate. */
export const commitSkEnd = 'EVT#~';
export const stepKeyOf = ({ sagaId, step }: StepKey): ItemKey => ({
  pk: `SAGA#${sagaId}`,
  sk: `STEP#${step}`,
});
/** Below and above every step item of a saga. */
export const stepSkRange = ['STEP#', 'STEP$'] as const;
export const stepNameOf = ({ sk }: ItemKey): string => sk.slice(stepSkRange[0].length);
export const slotPk = (slot: number): string => `SLOT#${slot}`;
export const leaseKey = (slot: number): ItemKey => ({ pk: slotPk(slot), sk: 'LEASE' });

export function stateItem(sealing: Sealing, { id, seq, state }: Aggregate<unknown>): StateItem {
  const listShard = listShards[slotOf(id, listShards.length)] ?? listShards[0];
  const sealed = sealing.sealState({ id, seq }, state);
  return { ...stateKey(id), aggregateId: id, listShard, seq, state: sealed };
}

export function aggregateOf<State>(sealing: Sealing, item: StateItem): Aggregate<State> {
  const version = { id: item.aggregateId, seq: item.seq };
  return { ...version, state: sealing.openState(version, item.state) as State };
}

/** The commit item of one aggregate's new events; there must be one. */
export function commitItem(
  sealing: Sealing,
  events: readonly StoredEvent[],
  nowMs: number,
): CommitItem {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a commit without events');
  const sk = commitSk(last.seq);
  return {
    pk: aggregatePk(first.aggregateId),
    sk,
    firstSeq: first.seq,
    lastSeq: last.seq,
    events: events.map((event) => sealing.sealEvent(event)),
    recordedAtMs: nowMs,
    outboxSlot: slotPk(first.slot),
    outboxOrder: `${new Date(nowMs).toISOString()}#${first.aggregateId}#${sk}`,
  };
}

/** The record without what only the adapter needs. */
export function stepRecordOf(
  sealing: Sealing,
  { pk, sk, version: _version, ...record }: StepItem,
): StepRecord {
  return sealing.openStep(stepKeyIn({ pk, sk }), record);
}

/** The step that an item is of. */
export function stepKeyIn(item: ItemKey): StepKey {
  const sagaId = item.pk.slice(stepKeyOf({ sagaId: '', step: '' }).pk.length);
  return { sagaId, step: stepNameOf(item) };
}

export function isPublished(item: CommitItem, seq: number): boolean {
  return item.outboxSlot === undefined || item.publishedSeqs?.has(seq) === true;
}
