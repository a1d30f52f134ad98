import os from 'node:os';
import { MongoClient } from 'mongodb';
import type { Collection, Db, MongoClientOptions } from 'mongodb';
import type { SealedEvent, SealedStep } from '../sealing';
import type { TablesVersion, VersionCell } from '../tables-version';

/** Bounds of talking to MongoDB. */
export const mongoLimits = {
  poolMax: 20,
  connectTimeoutMs: 5_000,
  /** A socket that has been silent this long is given up. */
  socketTimeoutMs: 30_000,
  transactionTimeoutMs: 10_000,
} as const;

/** What is written is on a majority's disk, and what is read was: a failover takes nothing back. */
export const durable = {
  readConcern: { level: 'majority' },
  writeConcern: { w: 'majority', j: true },
  readPreference: 'primary',
} as const;

/** Content is sealed in all collections. */
export interface StepDocument extends SealedStep {
  readonly _id: StepDocumentId;
  /** Grows with every write: what a transaction was decided on is what it writes over. */
  readonly version: number;
  /** Of the step `*` alone, which may consist of nothing else: see `steps.ts`. */
  readonly touched?: number;
}

/** Members always in this order: MongoDB compares documents member by member. */
export interface StepDocumentId {
  readonly sagaId: string;
  readonly step: string;
}

export interface AggregateDocument {
  readonly _id: string;
  readonly seq: number;
  readonly state: unknown;
  /** `ord` of its newest event, so that the next one never sorts before it, whatever the clock does. */
  readonly ord: number;
  /** Changed where a transaction relied on the aggregate without changing it. */
  readonly reliedOn?: number;
}

export interface EventDocument extends SealedEvent {
  /** `<aggregateId>:<seq>`, the event's id everywhere. */
  readonly _id: string;
  /** Fairness order within a slot: milliseconds since 1970, never falling within an aggregate. */
  readonly ord: number;
  /** Present until the event is in the log; the outbox is the partial index over it. */
  readonly unpublished?: true;
}

export interface LeaseDocument {
  readonly _id: number;
  readonly owner: string;
  readonly version: number;
  readonly logEnd?: string;
}

/** The one document of its collection: the version of the others. */
export interface VersionDocument extends TablesVersion {
  readonly _id: 'tables';
}

/** The collections of one world; an instance is a suffix, so that worlds can share a database. */
export interface Collections {
  readonly steps: Collection<StepDocument>;
  readonly aggregates: Collection<AggregateDocument>;
  readonly events: Collection<EventDocument>;
  readonly leases: Collection<LeaseDocument>;
  readonly version: Collection<VersionDocument>;
}

export function openClient(url: string, options: MongoClientOptions): MongoClient {
  return new MongoClient(url, {
    maxPoolSize: mongoLimits.poolMax,
    serverSelectionTimeoutMS: mongoLimits.connectTimeoutMs,
    connectTimeoutMS: mongoLimits.connectTimeoutMs,
    socketTimeoutMS: mongoLimits.socketTimeoutMs,
    ignoreUndefined: true,
    // Otherwise imported dynamically, which not every module loader allows (jest's does not).
    runtimeAdapters: { os },
    ...durable,
    ...options,
  });
}

export function collectionsOf(db: Db, instance: string): Collections {
  const named = (name: string) => (instance === '' ? name : `${name}_${instance}`);
  return {
    steps: db.collection(named('step_records')),
    aggregates: db.collection(named('aggregates')),
    events: db.collection(named('events')),
    leases: db.collection(named('slot_leases')),
    version: db.collection(named('tables_version')),
  };
}

/** Version of the collections and indexes below; raise it with every change of them. 2-4: as in PostgreSQL. */
export const tablesVersion = 4;

/** The document of that version. */
export function mongoVersionCell({ version: versions }: Pick<Collections, 'version'>): VersionCell {
  return {
    async read() {
      const row = await versions.findOne({ _id: 'tables' });
      return row === null ? undefined : { version: row.version, oldest: row.oldest };
    },
    async raise({ version, oldest }) {
      const raised = { $max: { version, oldest } };
      await versions.updateOne({ _id: 'tables' }, raised, { upsert: true });
    },
  };
}

/** Creates what is missing; collections first, since a transaction should not have to. */
export async function migrate(db: Db, collections: Collections): Promise<void> {
  const existing = await db.listCollections({}, { nameOnly: true }).toArray();
  const names = new Set(existing.map((collection) => collection.name));
  for (const { collectionName } of Object.values(collections) as Collection[]) {
    if (!names.has(collectionName)) await db.createCollection(collectionName).catch(unlessExists);
  }
  await collections.events.createIndex({ aggregateId: 1, seq: 1 }, { unique: true });
  await collections.events.createIndex(
    { slot: 1, ord: 1, aggregateId: 1, seq: 1 },
    { name: 'unpublished', partialFilterExpression: { unpublished: true } },
  );
}

/** Another process was faster to create it. */
function unlessExists(error: unknown): void {
  if ((error as { codeName?: string }).codeName !== 'NamespaceExists') throw error;
}
