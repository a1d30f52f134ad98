import type { Db, MongoClientOptions } from 'mongodb';
import type { Json } from '../../kernel/json';
import { beforeDeadline } from '../deadline';
import type { ServiceStore } from '../ports';
import { retryingConflicts } from '../conflict';
import { createSealing, sealedSince } from '../sealing';
import type { Sealing, SealingOptions } from '../sealing';
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
import type { Collections } from './collections';
import { connectingFirst } from './reconnect';
import { mongoSealedRows } from './sealed-rows';
import { aggregateOf, mongoSource, sorted } from './source';
import { isWritten, readSteps, stepRecordOf } from './steps';
import { mongoUnitOfWork } from './transact';
import { watchPool } from './pool-use';
import { watchEvents } from './watch';

/** How to reach a service's MongoDB database, a replica set (transactions need one). */
export interface MongoStoreOptions extends SealingOptions {
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
  watchPool(client, options.database);
  const collections = collectionsOf(db, options.instance ?? '');
  const sealing = createSealing(options);
  const wakes = createWakes();
  const watches = new Set<() => void>();
  let isClosed = false;
  const asking = {
    transact: mongoUnitOfWork<State>(client, { collections, sealing }, () => wakes.emit()),
    ...mongoTables(db, collections),
    ...retryingConflicts(
      { ...mongoSource(collections, sealing), ...mongoReads<State>(collections, sealing) },
      mongoLimits.transactionTimeoutMs,
    ),
    ...mongoSealedRows(collections, sealing),
  };
  const ask = async () => {
    if (!isClosed) await client.connect();
    return db.command({ ping: 1 });
  };
  return {
    system: 'mongodb',
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

function mongoTables(db: Db, collections: Collections): VersionedTables {
  const { read, raise } = mongoVersionCell(collections);
  return versionedTables({
    version: tablesVersion,
    cell: { read: () => sorted(read()), raise: (to) => sorted(raise(to)) },
    expand: () => sorted(migrate(db, collections)),
    since: sealedSince,
  });
}

function mongoReads<State>(
  collections: Collections,
  sealing: Sealing,
): Pick<
  ServiceStore<State>,
  'readAggregate' | 'listAggregates' | 'readStepRecord' | 'stepRecordsOf'
> {
  return {
    async readAggregate(id) {
      const document = await sorted(collections.aggregates.findOne({ _id: id }));
      return document === null ? undefined : aggregateOf<State>(sealing, document);
    },
    async listAggregates({ prefix, afterId = '', limitMax }) {
      const range = { $gt: afterId, $gte: prefix, $lt: `${prefix}\u{10FFFF}` };
      const cursor = collections.aggregates.find({ _id: range }).sort({ _id: 1 }).limit(limitMax);
      const documents = await sorted(cursor.toArray());
      return documents.map((document) => aggregateOf<State>(sealing, document));
    },
    async readStepRecord({ sagaId, step }) {
      const document = await sorted(collections.steps.findOne({ _id: { sagaId, step } }));
      if (document === null || !isWritten(document)) return undefined;
      return stepRecordOf(sealing, document);
    },
    stepRecordsOf: (sagaId) => readSteps(collections.steps, { sagaId, sealing }),
  };
}
