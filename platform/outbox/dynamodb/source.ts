import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { OutboxSource, SlotLease } from '../ports';
import { leaseKey } from './items';
import type { CommitItem, LeaseItem } from './items';
import { historyPage } from './list';
import { markPublished } from './mark';
import { pendingOf } from './pending';
import { outboxIndex, sorted } from './table';
import type { SealedTable, Table } from './table';

/** The outbox of a DynamoDB service: the sparse index over commits with an event that is not yet in the log. */
export function dynamoSource(table: SealedTable): Omit<OutboxSource, 'subscribe'> {
  return {
    pending: (slot, limitMax) => pendingOf(table, slot, limitMax),
    markPublished: (events) => markPublished(table, events),
    async readLease(slot) {
      const Key = leaseKey(slot);
      const command = new GetCommand({ TableName: table.name, Key, ConsistentRead: true });
      const item = (await sorted(table.send(command))).Item as LeaseItem | undefined;
      if (item === undefined) return undefined;
      const { owner, version, logEnd } = item;
      return { slot, owner, version, ...(logEnd === undefined ? {} : { logEnd }) };
    },
    writeLease: (lease, expectedVersion) => writeLease(table, lease, expectedVersion),
    depth: () => depthOf(table),
    history: (options) => historyPage(table, options),
  };
}

async function writeLease(
  table: Table,
  { slot, ...lease }: SlotLease,
  expectedVersion: number,
): Promise<boolean> {
  const isFirst = expectedVersion === 0;
  const command = new PutCommand({
    TableName: table.name,
    Item: { ...leaseKey(slot), ...lease },
    ConditionExpression: isFirst ? 'attribute_not_exists(pk)' : 'version = :expected',
    ...(isFirst ? {} : { ExpressionAttributeValues: { ':expected': expectedVersion } }),
  });
  const written = table.send(command).then(
    () => true,
    (error: unknown) => {
      if ((error as Error).name === 'ConditionalCheckFailedException') return false;
      throw error;
    },
  );
  return sorted(written);
}

/** Counts the sparse index, which holds nothing but what is waiting; it may lag a moment behind the table. */
async function depthOf(table: Table): Promise<{ pending: number; oldestAgeMs: number }> {
  let pending = 0;
  let oldestMs = Infinity;
  let from: Record<string, unknown> | undefined;
  do {
    const command = new ScanCommand({
      TableName: table.name,
      IndexName: outboxIndex,
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    const page = await sorted(table.send(command));
    for (const item of (page.Items ?? []) as CommitItem[]) {
      pending += item.lastSeq - item.firstSeq + 1 - (item.publishedSeqs?.size ?? 0);
      oldestMs = Math.min(oldestMs, item.recordedAtMs);
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return { pending, oldestAgeMs: pending === 0 ? 0 : Math.max(0, Date.now() - oldestMs) };
}
