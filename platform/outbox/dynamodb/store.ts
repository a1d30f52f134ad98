import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Json } from '../../kernel/json';
import { everyStep } from '../../participant/closing';
import type { NamedStepRecord, ServiceStore } from '../ports';
import { retryingConflicts } from '../conflict';
import { asBytes, createSealing, sealedSince } from '../sealing';
import type { SealingOptions } from '../sealing';
import { versionedTables } from '../tables-version';
import { createWakes } from '../wake';
import { aggregateOf, stateKey, stepKeyOf, stepNameOf, stepRecordOf, stepSkRange } from './items';
import type { ItemKey, StateItem, StepItem } from './items';
import { listIds } from './list';
import { dynamoSealedRows } from './sealed-rows';
import { dynamoSource } from './source';
import {
  describe,
  dynamoLimits,
  dynamoVersionCell,
  getItems,
  migrate,
  openTable,
  tableName,
  queryItems,
  sorted,
  tablesVersion,
} from './table';
import type { SealedTable, Send } from './table';
import { dynamoUnitOfWork } from './transact';

/** How to reach a service's DynamoDB table. */
export interface DynamoStoreOptions extends SealingOptions {
  /** Client options; see `platform/runtime/connections`. */
  readonly client: DynamoDBClientConfig;
  /** Name of the service's one table. */
  readonly table: string;
  /** Name of a world of its own, `[a-z0-9]{0,12}`; the suffix of the table's name. */
  readonly instance?: string;
  /** Wraps every request; for tests that inject faults the local server never shows. */
  readonly intercept?: (send: Send) => Send;
}

/** A service's store on DynamoDB. Connects lazily: nothing happens before the first call. */
export function openDynamoStore<State = Json>(options: DynamoStoreOptions): ServiceStore<State> {
  const { table: name, instance = '', client, intercept } = options;
  const sealing = createSealing(options, asBytes);
  const table = { ...openTable(tableName(name, instance), client, intercept), sealing };
  const wakes = createWakes();
  return {
    system: 'aws.dynamodb',
    transact: dynamoUnitOfWork<State>(table, () => wakes.emit()),
    ...retryingConflicts(
      { ...dynamoSource(table), ...dynamoReads<State>(table) },
      dynamoLimits.transactionTimeoutMs,
    ),
    ...dynamoSealedRows(table),
    ...versionedTables({
      version: tablesVersion,
      cell: dynamoVersionCell(table),
      expand: () => sorted(migrate(table)),
      since: sealedSince,
    }),
    ping: (timeoutMs) => sorted(describe(table, AbortSignal.timeout(timeoutMs))),
    /** No change stream: hints come from this process, everybody else polls. */
    subscribe: (wake) => wakes.subscribe(wake),
    async close() {
      table.raw.destroy();
    },
  };
}

function dynamoReads<State>(
  table: SealedTable,
): Pick<
  ServiceStore<State>,
  'readAggregate' | 'listAggregates' | 'readStepRecord' | 'stepRecordsOf'
> {
  const { sealing } = table;
  const read = async <Item>(Key: ItemKey) => {
    const command = new GetCommand({ TableName: table.name, Key, ConsistentRead: true });
    return (await sorted(table.send(command))).Item as Item | undefined;
  };
  return {
    async readAggregate(id) {
      const item = await read<StateItem>(stateKey(id));
      return item && aggregateOf<State>(sealing, item);
    },
    async listAggregates({ prefix, afterId = '', limitMax }) {
      const ids = await listIds(table, { prefix, afterId, limitMax });
      const items = await getItems<StateItem>(table, ids.map(stateKey));
      const found = new Map(
        items.map((item) => [item.aggregateId, aggregateOf<State>(sealing, item)]),
      );
      return ids.flatMap((id) => found.get(id) ?? []);
    },
    async readStepRecord(key) {
      const item = await read<StepItem>(stepKeyOf(key));
      return item && stepRecordOf(sealing, item);
    },
    stepRecordsOf: (sagaId) => readSteps(table, sagaId),
  };
}

async function readSteps(table: SealedTable, sagaId: string): Promise<NamedStepRecord[]> {
  const [from, to] = stepSkRange;
  const items = await queryItems<StepItem>(table, {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':pk': stepKeyOf({ sagaId, step: '' }).pk,
      ':from': from,
      ':to': to,
    },
  });
  const ofSteps = items.filter((item) => stepNameOf(item) !== everyStep);
  return ofSteps.map((item) => {
    return { step: stepNameOf(item), ...stepRecordOf(table.sealing, item) };
  });
}
