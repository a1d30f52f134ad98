import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Client } from 'pg';
import type { StepKey } from '../../platform/kernel/step';
import { commitSk, aggregatePk, stateKey, stepKeyOf } from '../../platform/outbox/dynamodb/items';
import { openTable, tableName } from '../../platform/outbox/dynamodb/table';
import { collectionsOf, openClient } from '../../platform/outbox/mongodb/collections';
import { tablesOf } from '../../platform/outbox/postgres/schema';
import type { Config } from '../../platform/runtime/config';
import { dynamoOptions, mongoOptions, postgresOptions } from '../../platform/runtime/connections';

/** A row of a service's tables. An event must be the only one of its transaction in its aggregate. */
export type RowName =
  | { readonly aggregate: string }
  | { readonly event: readonly [aggregateId: string, seq: number] }
  | { readonly step: StepKey };

/** Members of rows that hold content, and one that is clear, as stores call them in JSON. */
export type RowMember = 'state' | 'data' | 'result' | 'contentHash';

/** What a database client sees and can do, past the service: values as they are kept. */
export interface RawRows {
  /** Undefined where there is no such row. */
  get(row: RowName, member: RowMember): Promise<unknown>;
  /** Throws where there is no such row. */
  set(row: RowName, member: RowMember, value: unknown): Promise<void>;
  close(): Promise<void>;
}

/** On PostgreSQL, in the database of the service whose configuration it is. */
async function postgresRows(config: Config): Promise<RawRows> {
  const client = new Client(postgresOptions(config, config.HOLDFAST_NAME));
  const { aggregates, events, steps } = tablesOf(config.HOLDFAST_INSTANCE);
  await client.connect();
  const of = (row: RowName): readonly [table: string, where: string, values: unknown[]] => {
    if ('aggregate' in row) return [aggregates, 'id = $1', [row.aggregate]];
    if ('event' in row) return [events, 'aggregate_id = $1 AND seq = $2', [...row.event]];
    return [steps, 'saga_id = $1 AND step = $2', [row.step.sagaId, row.step.step]];
  };
  const isClear = (row: RowName, member: RowMember) =>
    member === 'contentHash' || (member === 'state' && 'step' in row);
  const column = (member: RowMember) => (member === 'contentHash' ? 'content_hash' : member);
  return {
    async get(row, member) {
      const [table, where, values] = of(row);
      const { rows } = await client.query<{ value: unknown }>(
        `SELECT ${column(member)} AS value FROM ${table} WHERE ${where}`,
        values,
      );
      return rows[0]?.value;
    },
    async set(row, member, value) {
      const [table, where, values] = of(row);
      const place = `$${values.length + 1}${isClear(row, member) ? '' : '::json'}`;
      const given = isClear(row, member) ? value : JSON.stringify(value);
      const update = `UPDATE ${table} SET ${column(member)} = ${place} WHERE ${where}`;
      demandOne((await client.query(update, [...values, given])).rowCount);
    },
    close: () => client.end(),
  };
}

/** The same on MongoDB. */
async function mongoRows(config: Config): Promise<RawRows> {
  const { url, options } = mongoOptions(config);
  const client = openClient(url, options);
  const database = client.db(config.HOLDFAST_NAME);
  const { aggregates, events, steps } = collectionsOf(database, config.HOLDFAST_INSTANCE);
  const of = (row: RowName): readonly [rows: Rows, filter: object] => {
    const named = ({ collectionName }: { readonly collectionName: string }) =>
      database.collection(collectionName) as unknown as Rows;
    if ('aggregate' in row) return [named(aggregates), { _id: row.aggregate }];
    if ('event' in row) return [named(events), { _id: row.event.join(':') }];
    const { sagaId, step } = row.step;
    return [named(steps), { _id: { sagaId, step } }];
  };
  return {
    async get(row, member) {
      const [rows, filter] = of(row);
      return (await rows.findOne(filter))?.[member];
    },
    async set(row, member, value) {
      const [rows, filter] = of(row);
      demandOne((await rows.updateOne(filter, { $set: { [member]: value } })).matchedCount);
    },
    close: () => client.close(),
  };
}

interface Rows {
  findOne(filter: object): Promise<Record<string, unknown> | null>;
  updateOne(filter: object, change: object): Promise<{ readonly matchedCount: number }>;
}

/** The same on DynamoDB. */
async function dynamoRows(config: Config): Promise<RawRows> {
  const { HOLDFAST_NAME: service, HOLDFAST_INSTANCE: instance } = config;
  const table = openTable(tableName(service, instance), dynamoOptions(config));
  const keyOf = (row: RowName) => {
    if ('aggregate' in row) return stateKey(row.aggregate);
    if ('step' in row) return stepKeyOf(row.step);
    return { pk: aggregatePk(row.event[0]), sk: commitSk(row.event[1]) };
  };
  const placeOf = (row: RowName) => ('event' in row ? 'events[0].#member' : '#member');
  return {
    async get(row, member) {
      const request = { TableName: table.name, Key: keyOf(row), ConsistentRead: true };
      const { Item } = await table.send(new GetCommand(request));
      const holder = 'event' in row ? (Item?.events as unknown[])[0] : Item;
      return (holder as Record<string, unknown> | undefined)?.[member];
    },
    async set(row, member, value) {
      const update = new UpdateCommand({
        TableName: table.name,
        Key: keyOf(row),
        UpdateExpression: `SET ${placeOf(row)} = :value`,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#member': member },
        ExpressionAttributeValues: { ':value': value },
      });
      await table.send(update);
    },
    close: async () => table.raw.destroy(),
  };
}

function demandOne(count: number | null): void {
  if (count !== 1) throw new Error(`${count ?? 0} rows have that name`);
}

/** Raw rows of a service's database, by store, opened as the process of a configuration; close them. */
export const rawRows = {
  postgres: postgresRows,
  mongodb: mongoRows,
  dynamodb: dynamoRows,
} as const;
