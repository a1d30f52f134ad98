import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Client } from 'pg';
import { stateKey } from '../../platform/outbox/dynamodb/items';
import { openTable, tableName } from '../../platform/outbox/dynamodb/table';
import { collectionsOf, openClient } from '../../platform/outbox/mongodb/collections';
import { tablesOf } from '../../platform/outbox/postgres/schema';
import { dynamoOptions, mongoOptions, postgresOptions } from '../../platform/runtime/connections';
import { configFor } from './world';

/** What a person with a database client does to aggregates, past the service and its unit of work. */
export interface ByHand {
  /** Sets one member of a state; nothing else of the row changes. */
  set(aggregateId: string, member: string, value: number | string): Promise<void>;
  remove(aggregateId: string): Promise<void>;
  close(): Promise<void>;
}

/** In the database `payments` on PostgreSQL. */
export async function paymentsByHand(instance: string): Promise<ByHand> {
  const client = new Client(postgresOptions(configFor('payments'), 'payments'));
  const { aggregates } = tablesOf(instance);
  await client.connect();
  const set = `UPDATE ${aggregates} SET state = jsonb_set(state::jsonb, $2, $3)::json WHERE id = $1`;
  return {
    set: async (id, member, value) =>
      one((await client.query(set, [id, [member], JSON.stringify(value)])).rowCount),
    remove: async (id) =>
      one((await client.query(`DELETE FROM ${aggregates} WHERE id = $1`, [id])).rowCount),
    close: () => client.end(),
  };
}

/** In the database `orders` on MongoDB. */
export async function ordersByHand(instance: string): Promise<ByHand> {
  const { url, options } = mongoOptions(configFor('orders'));
  const client = openClient(url, options);
  const { aggregates } = collectionsOf<Record<string, unknown>>(client.db('orders'), instance);
  return {
    async set(_id, member, value) {
      const change = { $set: { [`state.${member}`]: value } };
      one((await aggregates.updateOne({ _id }, change)).modifiedCount);
    },
    remove: async (_id) => one((await aggregates.deleteOne({ _id })).deletedCount),
    close: () => client.close(),
  };
}

/** In the table `inventory` on DynamoDB. */
export async function inventoryByHand(instance: string): Promise<ByHand> {
  const table = openTable(tableName('inventory', instance), dynamoOptions(configFor('inventory')));
  const rowOf = (id: string) => ({ TableName: table.name, Key: stateKey(id) });
  const there = 'attribute_exists(pk)';
  return {
    async set(id, member, value) {
      const update = new UpdateCommand({
        ...rowOf(id),
        UpdateExpression: 'SET #state.#member = :value',
        ConditionExpression: there,
        ExpressionAttributeNames: { '#state': 'state', '#member': member },
        ExpressionAttributeValues: { ':value': value },
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
