import type { ClientSession, MongoClient } from 'mongodb';
import type { StepKey } from '../../kernel/step';
import type { StepRecord } from '../../participant/fence-table';
import { Conflict, retryConflicts } from '../conflict';
import { batchLoads } from '../load-batch';
import type { Aggregate, AggregateChange, UnitOfWork } from '../ports';
import type { SealedEvent, Sealing } from '../sealing';
import { mongoLimits } from './collections';
import type { Collections, EventDocument } from './collections';
import { aggregateOf } from './source';
import { readStep, writeStep } from './steps';
import type { SeenStep } from './steps';
import { inTransaction } from './transaction';
import type { Ask } from './transaction';

/** Collections, and what lies between them and what is written. */
export interface SealedCollections {
  readonly collections: Collections;
  readonly sealing: Sealing;
}

/**
 * One snapshot transaction per message. Whoever writes the step's document or an aggregate second meets a write
 * conflict or a duplicate key; both mean the same, run it all again and read what the first one left.
 */
export function mongoUnitOfWork<State>(
  client: MongoClient,
  sealed: SealedCollections,
  committed: () => void,
): UnitOfWork<State>['transact'] {
  return async (key, work, { timeoutMs = mongoLimits.transactionTimeoutMs, written } = {}) => {
    const deadlineMs = performance.now() + timeoutMs;
    const attempt = async () => {
      const seen = new Seen<State>(sealed, key);
      const outcome = await inTransaction(client, deadlineMs, {
        async work(session, ask) {
          const { stepRecord, closing } = await seen.readStep(session, ask);
          const { load } = batchLoads((ids) => seen.fetch(session, ask, ids));
          return work({ stepRecord, closing, load });
        },
        async write(session, ask, { commit }) {
          if (commit === undefined) return;
          await seen.writeAggregates(session, ask, commit.aggregates);
          await seen.writeStep(session, ask, commit.stepRecord);
          await written?.();
        },
      });
      return outcome;
    };
    const { answer, commit } = await retryConflicts(attempt, deadlineMs);
    if (commit?.aggregates.some((change) => change.events.length > 0) === true) committed();
    return answer;
  };
}

/** What one attempt has read, and the writes that are conditioned on it. */
class Seen<State> {
  #stepVersion = 0;
  readonly #aggregates = new Map<string, { readonly seq: number; readonly ord: number }>();
  readonly #collections: Collections;
  readonly #sealing: Sealing;
  readonly #key: StepKey;

  constructor({ collections, sealing }: SealedCollections, key: StepKey) {
    this.#collections = collections;
    this.#sealing = sealing;
    this.#key = key;
  }

  async readStep(session: ClientSession, ask: Ask): Promise<SeenStep> {
    const means = { sealing: this.#sealing, session, ask };
    const seen = await readStep(this.#collections.steps, this.#key, means);
    this.#stepVersion = seen.version;
    return seen;
  }

  async fetch(session: ClientSession, ask: Ask, ids: readonly string[]) {
    const cursor = this.#collections.aggregates.find({ _id: { $in: [...ids] } }, { session });
    const found = new Map<string, Aggregate<State>>();
    for (const document of await ask(cursor.toArray())) {
      const { _id: id, seq, ord } = document;
      found.set(id, aggregateOf<State>(this.#sealing, document));
      this.#aggregates.set(id, { seq, ord });
    }
    return found;
  }

  async writeStep(session: ClientSession, ask: Ask, record: StepRecord): Promise<void> {
    const over = { version: this.#stepVersion, sealing: this.#sealing };
    await writeStep(this.#collections.steps, this.#key, { record, ...over, session, ask });
  }

  async writeAggregates(
    session: ClientSession,
    ask: Ask,
    changes: readonly AggregateChange<State>[],
  ): Promise<void> {
    if (changes.length === 0) return;
    const events: EventDocument[] = [];
    for (const change of changes) {
      const ord = Math.max(Date.now(), this.#aggregates.get(change.id)?.ord ?? 0);
      await this.#writeAggregate(session, ask, { change, ord });
      const sealed = change.events.map((event) => this.#sealing.sealEvent(event));
      events.push(...sealed.map((event) => eventDocumentOf(event, ord)));
    }
    await this.#relyOnUnchanged(session, ask, new Set(changes.map((change) => change.id)));
    if (events.length > 0) await ask(this.#collections.events.insertMany(events, { session }));
  }

  async #writeAggregate(
    session: ClientSession,
    ask: Ask,
    { change, ord }: { readonly change: AggregateChange<State>; readonly ord: number },
  ): Promise<void> {
    const { aggregates } = this.#collections;
    const { id, expectedSeq, state, events } = change;
    const seq = expectedSeq + events.length;
    const document = { seq, state: this.#sealing.sealState({ id, seq }, state), ord };
    if (expectedSeq === 0) {
      await ask(aggregates.insertOne({ _id: id, ...document }, { session }));
      return;
    }
    const mine = { _id: id, seq: expectedSeq };
    const { matchedCount } = await ask(
      aggregates.replaceOne(mine as never, document as never, { session }),
    );
    if (matchedCount !== 1) throw new Conflict(`aggregate ${id} has moved on`);
  }

  /** Two snapshots that each read what the other writes would both commit; touching what was only read stops one. */
  async #relyOnUnchanged(
    session: ClientSession,
    ask: Ask,
    changed: ReadonlySet<string>,
  ): Promise<void> {
    const ids = [...this.#aggregates.keys()].filter((id) => !changed.has(id));
    if (ids.length === 0) return;
    await ask(
      this.#collections.aggregates.updateMany(
        { _id: { $in: ids } },
        { $inc: { reliedOn: 1 } },
        { session },
      ),
    );
  }
}

function eventDocumentOf(event: SealedEvent, ord: number): EventDocument {
  return { _id: `${event.aggregateId}:${event.seq}`, ...event, ord, unpublished: true };
}
