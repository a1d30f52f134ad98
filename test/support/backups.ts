import { BatchWriteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { Client } from 'pg';
import { openTable, tableName } from '../../platform/outbox/dynamodb/table';
import { collectionsOf, openClient } from '../../platform/outbox/mongodb/collections';
import { tablesOf } from '../../platform/outbox/postgres/schema';
import { dynamoOptions, mongoOptions, postgresOptions } from '../../platform/runtime/connections';
import { configFor } from './world';

/** A copy of everything a service's database holds in one world. */
export interface Backup {
  take(): Promise<void>;
  /** Makes the database what it was when the copy was taken; may be repeated. */
  putBack(): Promise<void>;
  close(): Promise<void>;
}

/** Of the database `payments` on PostgreSQL. */
export async function paymentsBackup(instance: string): Promise<Backup> {
  const client = new Client(postgresOptions(configFor('payments'), 'payments'));
  await client.connect();
  const { steps, aggregates, events, leases } = tablesOf(instance);
  const tables = [steps, aggregates, events, leases];
  const copyOf = (table: string): string => `${table}_copy`;
  return {
    async take() {
      for (const table of tables)
        await client.query(`CREATE TABLE ${copyOf(table)} AS TABLE ${table}`);
    },
    async putBack() {
      await client.query('BEGIN');
      await client.query(`TRUNCATE ${tables.join(', ')}`);
      for (const table of tables) {
        await client.query(`INSERT INTO ${table} SELECT * FROM ${copyOf(table)}`);
      }
      await client.query('COMMIT');
    },
    close: () => client.end(),
  };
}

/** Of the database `orders` on MongoDB. */
export async function ordersBackup(instance: string): Promise<Backup> {
  const { url, options } = mongoOptions(configFor('orders'));
  const client = openClient(url, options);
  const { steps, aggregates, events, leases } = collectionsOf(client.db('orders'), instance);
  const collections = [steps, aggregates, events, leases].map((one) =>
    client.db('orders').collection(one.collectionName),
  );
  let copies: Awaited<ReturnType<ReturnType<(typeof collections)[number]['find']>['toArray']>>[] =
    [];
  return {
    async take() {
      copies = await Promise.all(collections.map((one) => one.find().toArray()));
    },
    async putBack() {
      for (const [index, collection] of collections.entries()) {
        await collection.deleteMany({});
        const documents = copies[index] ?? [];
        if (documents.length > 0) await collection.insertMany(documents);
      }
    },
    close: () => client.close(),
  };
}

/** Of the table `inventory` on DynamoDB. */
export async function inventoryBackup(instance: string): Promise<Backup> {
  const table = openTable(tableName('inventory', instance), dynamoOptions(configFor('inventory')));
  const { name: TableName } = table;
  let copy: Record<string, unknown>[] = [];
  const scan = async () => {
    const items: Record<string, unknown>[] = [];
    for (let from: Record<string, unknown> | undefined; ;) {
      const request = { TableName, ConsistentRead: true, ExclusiveStartKey: from };
      const { Items = [], LastEvaluatedKey } = await table.send(new ScanCommand(request));
      items.push(...Items);
      from = LastEvaluatedKey;
      if (from === undefined) return items;
    }
  };
  const write = async (requests: object[]) => {
    for (let first = 0; first < requests.length; first += 25) {
      const RequestItems = { [TableName]: requests.slice(first, first + 25) as never };
      await table.send(new BatchWriteCommand({ RequestItems }));
    }
  };
  return {
    async take() {
      copy = await scan();
    },
    async putBack() {
      const now = await scan();
      await write(now.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })));
      await write(copy.map((Item) => ({ PutRequest: { Item } })));
    },
    close: async () => table.raw.destroy(),
  };
}
