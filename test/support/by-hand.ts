import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Client } from 'pg';
import type { Vaults } from '../../platform/host/hosted-service';
import { aggregateOf as dynamoAggregate, stateKey } from '../../platform/outbox/dynamodb/items';
import type { StateItem } from '../../platform/outbox/dynamodb/items';
import { openTable, tableName } from '../../platform/outbox/dynamodb/table';
import { collectionsOf, openClient } from '../../platform/outbox/mongodb/collections';
import { aggregateOf as mongoAggregate } from '../../platform/outbox/mongodb/source';
import { aggregateOf as pgAggregate } from '../../platform/outbox/postgres/rows';
import type { AggregateRow } from '../../platform/outbox/postgres/rows';
import { tablesOf } from '../../platform/outbox/postgres/schema';
import { asBytes, createSealing } from '../../platform/outbox/sealing';
import { dynamoOptions, mongoOptions, postgresOptions } from '../../platform/runtime/connections';
import { testKeys } from './test-keys';
import { configFor } from './world';

/** What a person with a database client and the keys does to aggregates, past the service and its unit of work. */
export interface ByHand {
  /** Sets one member of a state; nothing else of the row changes. */
  set(aggregateId: string, member: string, value: number | string): Promise<void>;
  remove(aggregateId: string): Promise<void>;
  close(): Promise<void>;
}

type Members = Readonly<Record<string, unknown>>;

const sealedWith = (service: string, keys: Vaults, instance: string) => ({
  ...{ service, instance },
  vault: keys.vault(`store.${service}`),
});

/** In the database `payments` on PostgreSQL. */
export async function paymentsByHand(instance: string, keys: Vaults = testKeys): Promise<ByHand> {
  const client = new Client(postgresOptions(configFor('payments'), 'payments'));
  const { aggregates } = tablesOf(instance);
  await client.connect();
  const sealing = createSealing(sealedWith('payments', keys, instance));
  return {
    async set(id, member, value) {
      const read = `SELECT id, seq, state FROM ${aggregates} WHERE id = $1`;
      const { rows } = await client.query<AggregateRow>(read, [id]);
      one(rows.length);
      const found = pgAggregate<Members>(sealing, rows[0]!);
      const state = sealing.sealState(found, { ...found.state, [member]: value });
      const write = `UPDATE ${aggregates} SET state = $2::json WHERE id = $1`;
      one((await client.query(write, [id, JSON.stringify(state)])).rowCount);
    },
    remove: async (id) =>
      one((await client.query(`DELETE FROM ${aggregates} WHERE id = $1`, [id])).rowCount),
    close: () => client.end(),
  };
}

/** In the database `orders` on MongoDB. */
export async function ordersByHand(instance: string, keys: Vaults = testKeys): Promise<ByHand> {
  const { url, options } = mongoOptions(configFor('orders'));
  const client = openClient(url, options);
  const { aggregates } = collectionsOf(client.db('orders'), instance);
  const sealing = createSealing(sealedWith('orders', keys, instance));
  return {
    async set(_id, member, value) {
      const document = await aggregates.findOne({ _id });
      if (document === null) return one(0);
      const found = mongoAggregate<Members>(sealing, document);
      const state = sealing.sealState(found, { ...found.state, [member]: value });
      one((await aggregates.updateOne({ _id }, { $set: { state } })).modifiedCount);
    },
    remove: async (_id) => one((await aggregates.deleteOne({ _id })).deletedCount),
    close: () => client.close(),
  };
}

/** In the table `inventory` on DynamoDB. */
export async function inventoryByHand(instance: string, keys: Vaults = testKeys): Promise<ByHand> {
  const table = openTable(tableName('inventory', instance), dynamoOptions(configFor('inventory')));
  const rowOf = (id: string) => ({ TableName: table.name, Key: stateKey(id) });
  const there = 'attribute_exists(pk)';
  const sealing = createSealing(sealedWith('inventory', keys, instance), asBytes);
  return {
    async set(id, member, value) {
      const { Item } = await table.send(new GetCommand({ ...rowOf(id), ConsistentRead: true }));
      one(Item === undefined ? 0 : 1);
      const found = dynamoAggregate<Members>(sealing, Item as StateItem);
      const update = new UpdateCommand({
        ...rowOf(id),
        UpdateExpression: 'SET #state = :state',
        ConditionExpression: there,
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: {
          ':state': sealing.sealState(found, { ...found.state, [member]: value }),
        },
      });
      await table.send(update);
    },
    remove: async (id) =>
      void (await table.send(new DeleteCommand({ ...rowOf(id), ConditionExpression: there }))),
    close: async () => table.raw.destroy(),
  };
}

function one(rows: number | null): void {
  if (rows !== 1) throw new Error(`${rows} rows were changed by hand, not one`);
}
