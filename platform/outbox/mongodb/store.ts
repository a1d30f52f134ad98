import type { Db, Filter, MongoClientOptions } from 'mongodb';
import type { Json } from '../../kernel/json';
import { beforeDeadline } from '../deadline';
import type { Aggregate, ServiceStore } from '../ports';
import { retryingConflicts } from '../conflict';
import { versionedTables } from '../tables-version';
import type { VersionedTables } from '../tables-version';
import { createWakes } from '../wake';
import {
  collectionsOf,
  migrate,
  mongoLimits,
  mongoVersionCell,
  openClient,
  tablesVersion,
} from './collections';
import type { AggregateDocument, Collections } from './collections';
import { connectingFirst } from './reconnect';
import { mongoSource, sorted } from './source';
import { isWritten, readSteps, stepRecordOf } from './steps';
import { mongoUnitOfWork } from './transact';
import { watchEvents } from './watch';

/** How to reach a service's MongoDB database, a replica set (transactions need one). */
export interface MongoStoreOptions {
  readonly url: string;
  /** Options of the driver, TLS included; see `platform/runtime/connections`. */
  readonly options?: MongoClientOptions;
  readonly database: string;
  /** Name of a world of its own, `[a-z0-9]{0,12}`; the suffix of its collections. */
  readonly instance?: string;
}

/** A service's store on MongoDB. Connects lazily: nothing happens before the first call. */
export function openMongoStore<State = Json>(options: MongoStoreOptions): ServiceStore<State> {
  const client = openClient(options.url, options.options ?? {});
  const db = client.db(options.database);
  const collections = collectionsOf<State>(db, options.instance ?? '');
  const wakes = createWakes();
  const watches = new Set<() => void>();
  let isClosed = false;
  const asking = {
    transact: mongoUnitOfWork(client, collections, () => wakes.emit()),
    ...mongoTables(db, collections),
    ...retryingConflicts(
      { ...mongoSource(collections), ...mongoReads(collections) },
      mongoLimits.transactionTimeoutMs,
    ),
  };
  const ask = async () => {
    if (!isClosed) await client.connect();
    return db.command({ ping: 1 });
  };
  return {
    ...connectingFirst(client, asking, () => isClosed),
    ping: async (timeoutMs) => {
      await sorted(beforeDeadline(ask(), performance.now() + timeoutMs));
    },
    subscribe(wake) {
      const unsubscribe = wakes.subscribe(wake);
      const inserts = [{ $match: { operationType: 'insert' } }];
      const stopWatching = watchEvents(() => collections.events.watch(inserts), wakes);
      const stop = () => {
        watches.delete(stop);
        unsubscribe();
        stopWatching();
      };
      watches.add(stop);
      return stop;
    },
    async close() {
      isClosed = true;
      for (const stop of watches) stop();
      await client.close();
    },
  };
}

function mongoTables<State>(db: Db, collections: Collections<State>): VersionedTables {
  const { read, raise } = mongoVersionCell(collections);
  return versionedTables({
    version: tablesVersion,
    cell: { read: () => sorted(read()), raise: (to) => sorted(raise(to)) },
    expand: () => sorted(migrate(db, collections)),
  });
}

function mongoReads<State>(
  collections: Collections<State>,
): Pick<
  ServiceStore<State>,
  'readAggregate' | 'listAggregates' | 'readStepRecord' | 'stepRecordsOf'
> {
  return {
    async readAggregate(id) {
      const byId = { _id: id } as Filter<AggregateDocument<State>>;
      const document = await sorted(collections.aggregates.findOne(byId));
      return document === null ? undefined : aggregateOf(document as AggregateDocument<State>);
    },
    async listAggregates({ prefix, afterId = '', limitMax }) {
      const range = { $gt: afterId, $gte: prefix, $lt: `${prefix}\u{10FFFF}` };
      const byRange = { _id: range } as Filter<AggregateDocument<State>>;
      const cursor = collections.aggregates.find(byRange).sort({ _id: 1 }).limit(limitMax);
      const documents = await sorted(cursor.toArray());
      return documents.map((document) => aggregateOf(document as AggregateDocument<State>));
    },
    async readStepRecord({ sagaId, step }) {
      const document = await sorted(collections.steps.findOne({ _id: { sagaId, step } }));
      return document === null || !isWritten(document) ? undefined : stepRecordOf(document);
    },
    stepRecordsOf: (sagaId) => readSteps(collections.steps, sagaId),
  };
}

function aggregateOf<State>({ _id: id, seq, state }: AggregateDocument<State>): Aggregate<State> {
  return { id, seq, state };
}
