import path from 'node:path';
import type { SchemaRegistry } from '../../platform/event-log/schema-registry';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { eventPartitions } from '../../platform/event-log/topics';
import { openDynamoStore } from '../../platform/outbox/dynamodb/store';
import { mapAtOnce } from '../../platform/outbox/map-at-once';
import { openMongoStore } from '../../platform/outbox/mongodb/store';
import type { AggregateChange, ServiceStore } from '../../platform/outbox/ports';
import { openPostgresStore } from '../../platform/outbox/postgres/store';
import { stampEvents } from '../../platform/outbox/stamp';
import type { Config } from '../../platform/runtime/config';
import { dynamoOptions, mongoOptions, postgresOptions } from '../../platform/runtime/connections';
import { projectRoot } from '../../platform/runtime/paths';
import type { Keyring } from '../../platform/security/keys/vault';
import { rowAggregate } from '../holdfast/row-service';
import type { Row } from '../holdfast/row-service';

/** Stores that are measured, and the service of the stack whose database, topic and keys they use. */
export const relayStores = {
  postgresql: 'payments',
  mongodb: 'orders',
  dynamodb: 'inventory',
} as const;

export type RelayStore = keyof typeof relayStores;

/** Aggregates in a transaction that fills the outbox: a transaction of DynamoDB has room for that many. */
const filledAtOnce = 30;
/** Such transactions under way at the same moment. */
const fillersAtOnce = 4;

/** An outbox that events are written into as a service does: each in the transaction of a step. */
export interface Outbox {
  readonly store: ServiceStore<Row>;
  readonly schemas: SchemaRegistry;
  /** Writes so many events, `perRow` of each aggregate, in large transactions; answers how many there are. */
  fill(events: number, perRow?: number): Promise<number>;
  /** Commits one event of one aggregate; answers the aggregate, by which its message is known in the log. */
  commit(): Promise<string>;
}

function open(name: RelayStore, config: Config, keys: Pick<Keyring, 'vault'>): ServiceStore<Row> {
  const service = relayStores[name];
  const own = {
    instance: config.HOLDFAST_INSTANCE,
    service,
    vault: keys.vault(`store.${service}`),
  };
  switch (name) {
    case 'postgresql':
      return openPostgresStore<Row>({ ...own, pool: postgresOptions(config, service) });
    case 'mongodb':
      return openMongoStore<Row>({ ...own, ...mongoOptions(config), database: service });
    case 'dynamodb':
      return openDynamoStore<Row>({ ...own, client: dynamoOptions(config), table: service });
  }
}

/** The schemas of the bench's own events. */
export const rowSchemas: SchemaRegistry = loadSchemas(path.join(projectRoot, 'bench', 'schemas'));

/** Opens the store of a service of the stack. Connects at its first use. */
export function openOutbox(name: RelayStore, config: Config, keys: Pick<Keyring, 'vault'>): Outbox {
  const store = open(name, config, keys);
  const schemas = rowSchemas;
  let steps = 0;

  /** A row each, as new aggregates that are added, removed, and added again. */
  function changesOf(sagaId: string, count: number, perRow: number): AggregateChange<Row>[] {
    const context = { partitions: eventPartitions, schemas, time: new Date().toISOString() };
    return Array.from({ length: count }, (_, index) => {
      const id = rowAggregate(`${sagaId}.${index}`);
      const data = { rowId: `${sagaId}.${index}` };
      const facts = Array.from({ length: perRow }, (_fact, at) => ({
        ...{ aggregateId: id, seq: at + 1, type: at % 2 === 0 ? 'row.added' : 'row.removed', data },
      }));
      const origin = { sagaId, step: 'add', epoch: 0, direction: 'forward' } as const;
      const events = stampEvents(facts, { ...context, ...origin });
      return { id, expectedSeq: 0, state: { removed: perRow % 2 === 0 }, events };
    });
  }

  async function write(count: number, perRow = 1): Promise<string> {
    steps += 1;
    const sagaId = `relay-${process.pid}-${steps}`;
    const aggregates = changesOf(sagaId, count, perRow);
    const stepRecord = {
      ...({ state: 'done', epoch: 0, run: sagaId, inputHash: '', result: {} } as const),
      effect: aggregates.flatMap(({ events }) => events),
    };
    const commit = { stepRecord, aggregates };
    await store.transact({ sagaId, step: 'add' }, () => Promise.resolve({ answer: null, commit }));
    return aggregates[0]?.id ?? '';
  }

  return {
    ...{ store, schemas },
    async fill(events, perRow = 1) {
      const writes = Math.ceil(events / (filledAtOnce * perRow));
      const all = Array.from({ length: writes }, () => filledAtOnce);
      await mapAtOnce(all, fillersAtOnce, (count) => write(count, perRow));
      return writes * filledAtOnce * perRow;
    },
    commit: () => write(1),
  };
}
