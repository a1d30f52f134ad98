import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Sealing } from '../sealing';
import type { TablesVersion, VersionCell } from '../tables-version';
import type { ItemKey } from './items';
import { sortError } from './errors';

/** Bounds of talking to DynamoDB; the first three are DynamoDB's own. */
export const dynamoLimits = {
  transactionItemsMax: 100,
  batchGetKeysMax: 100,
  itemBytesMax: 400_000,
  transactionTimeoutMs: 10_000,
  /** Requests of one call that are under way at the same time. */
  requestsAtOnce: 16,
} as const;

/** Sends a command of the document client; the seam at which tests put faults in. */
export type Send = DynamoDBDocumentClient['send'];

/** Name of a service's table in an instance; '' is the one that has no name. */
export const tableName = (service: string, instance: string): string =>
  instance === '' ? service : `${service}-${instance}`;

/** One world's table and how to talk to it. */
export interface Table {
  readonly name: string;
  readonly raw: DynamoDBClient;
  readonly send: Send;
}

/** A table, and what lies between it and what is written and read. */
export interface SealedTable extends Table {
  readonly sealing: Sealing;
}

export const outboxIndex = 'outbox';
export const aggregatesIndex = 'aggregates';

export function openTable(
  name: string,
  config: DynamoDBClientConfig,
  intercept: (send: Send) => Send = (send) => send,
): Table {
  const raw = new DynamoDBClient(config);
  const documents = DynamoDBDocumentClient.from(raw, {
    marshallOptions: { removeUndefinedValues: true },
  });
  const send = ((command: never, options: never) => documents.send(command, options)) as Send;
  return { name, raw, send: intercept(send) };
}

/** Errors come out sorted. */
export async function sorted<Result>(question: Promise<Result>): Promise<Result> {
  try {
    return await question;
  } catch (error) {
    throw sortError(error);
  }
}

/** One page or, without `Limit`, every page of a query. */
export async function queryItems<Item>(
  table: Table,
  input: Omit<QueryCommandInput, 'TableName'>,
): Promise<Item[]> {
  const items: Item[] = [];
  let from: QueryCommandInput['ExclusiveStartKey'];
  do {
    const wantedMax = input.Limit === undefined ? undefined : input.Limit - items.length;
    const command = new QueryCommand({
      TableName: table.name,
      ...input,
      ...(wantedMax === undefined ? {} : { Limit: wantedMax }),
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    const page = await sorted(table.send(command));
    items.push(...((page.Items ?? []) as Item[]));
    from = page.LastEvaluatedKey;
  } while (from !== undefined && (input.Limit === undefined || items.length < input.Limit));
  return items;
}

/** Reads items by key with strong consistency; absent ones are left out, order is not kept. */
export async function getItems<Item>(
  table: Table,
  keys: readonly ItemKey[],
  abortSignal?: AbortSignal,
): Promise<Item[]> {
  const items: Item[] = [];
  let waiting = [...keys];
  while (waiting.length > 0) {
    const Keys = waiting.slice(0, dynamoLimits.batchGetKeysMax);
    const request = { RequestItems: { [table.name]: { Keys, ConsistentRead: true } } };
    const options = abortSignal === undefined ? {} : { abortSignal };
    const page = await sorted(table.send(new BatchGetCommand(request), options));
    items.push(...((page.Responses?.[table.name] ?? []) as Item[]));
    const unprocessed = (page.UnprocessedKeys?.[table.name]?.Keys ?? []) as ItemKey[];
    waiting = [...unprocessed, ...waiting.slice(dynamoLimits.batchGetKeysMax)];
  }
  return items;
}

/** Version of the table below and of its items; raise it with every change of them. 2-4: as in PostgreSQL. */
export const tablesVersion = 4;

const versionKey: ItemKey = { pk: 'TABLES', sk: 'VERSION' };

/** The item of that version. A table that is not there yet has none. */
export function dynamoVersionCell(table: Table): VersionCell {
  return {
    async read() {
      const request = { TableName: table.name, Key: versionKey, ConsistentRead: true };
      const found = await table.send(new GetCommand(request)).catch((error: unknown) => {
        if ((error as Error).name === 'ResourceNotFoundException') return undefined;
        throw sortError(error);
      });
      const item = found?.Item as TablesVersion | undefined;
      return item && { version: item.version, oldest: item.oldest };
    },
    async raise(to) {
      for (const member of ['version', 'oldest'] as const) {
        const request = {
          TableName: table.name,
          Key: versionKey,
          UpdateExpression: 'SET #member = :to',
          ConditionExpression: 'attribute_not_exists(#member) OR #member < :to',
          ExpressionAttributeNames: { '#member': member },
          ExpressionAttributeValues: { ':to': to[member] },
        };
        await table.send(new UpdateCommand(request)).catch((error: unknown) => {
          if ((error as Error).name !== 'ConditionalCheckFailedException') throw sortError(error);
        });
      }
    },
  };
}

/** Creates the table and its two indexes where they are missing, and waits until they can be used. */
export async function migrate({ raw, name }: Table): Promise<void> {
  await raw.send(new CreateTableCommand(definition(name))).catch((error: unknown) => {
    if ((error as Error).name !== 'ResourceInUseException') throw error;
  });
  await waitUntilTableExists(
    { client: raw, maxWaitTime: 60, minDelay: 1, maxDelay: 2 },
    { TableName: name },
  );
}

export async function describe({ raw, name }: Table, abortSignal: AbortSignal): Promise<void> {
  await raw.send(new DescribeTableCommand({ TableName: name }), { abortSignal });
}

function definition(name: string): CreateTableCommandInput {
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      ...['pk', 'sk', 'outboxSlot', 'outboxOrder', 'listShard', 'aggregateId'].map(text),
    ],
    KeySchema: keys('pk', 'sk'),
    GlobalSecondaryIndexes: [
      {
        IndexName: outboxIndex,
        KeySchema: keys('outboxSlot', 'outboxOrder'),
        Projection: {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: ['firstSeq', 'lastSeq', 'recordedAtMs', 'publishedSeqs'],
        },
      },
      {
        IndexName: aggregatesIndex,
        KeySchema: keys('listShard', 'aggregateId'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  };
}
