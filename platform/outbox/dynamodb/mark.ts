import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { crashPoint } from '../../runtime/crash-point';
import type { StoredEvent } from '../ports';
import { aggregatePk, commitSk, commitSkEnd } from './items';
import type { CommitItem } from './items';
import { mapAtOnce } from '../map-at-once';
import { dynamoLimits, queryItems, sorted } from './table';
import type { Table } from './table';

/**
 * Marks events as being in the log. A commit item leaves the outbox when its last event is marked; until then
 * it remembers which are. Repeating a mark, in any order and by anybody, changes nothing.
 */
export async function markPublished(table: Table, events: readonly StoredEvent[]): Promise<void> {
  const byAggregate = new Map<string, Set<number>>();
  for (const { aggregateId, seq } of events) {
    byAggregate.set(aggregateId, (byAggregate.get(aggregateId) ?? new Set()).add(seq));
  }
  await mapAtOnce([...byAggregate], dynamoLimits.requestsAtOnce, async ([aggregateId, seqs]) => {
    for (const commit of await commitsOf(table, aggregateId, seqs)) {
      await markCommit(table, commit, seqs);
      await crashPoint('outbox.marked-some');
    }
  });
}

/** The items that hold the given events and are still in the outbox. */
async function commitsOf(
  table: Table,
  aggregateId: string,
  seqs: ReadonlySet<number>,
): Promise<CommitItem[]> {
  const highest = Math.max(...seqs);
  const commits = await queryItems<CommitItem>(table, {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :end',
    ExpressionAttributeValues: {
      ':pk': aggregatePk(aggregateId),
      ':from': commitSk(Math.min(...seqs)),
      ':end': commitSkEnd,
    },
    ProjectionExpression: 'pk, sk, firstSeq, lastSeq, outboxSlot',
    Limit: highest - Math.min(...seqs) + 1,
  });
  return commits.filter((it) => it.outboxSlot !== undefined && it.firstSeq <= highest);
}

async function markCommit(
  table: Table,
  { pk, sk, firstSeq, lastSeq }: CommitItem,
  seqs: ReadonlySet<number>,
): Promise<void> {
  const Key = { pk, sk };
  const all = Array.from({ length: lastSeq - firstSeq + 1 }, (_, offset) => firstSeq + offset);
  const marked = new Set(all.filter((seq) => seqs.has(seq)));
  if (marked.size === 0) return;
  if (marked.size < all.length) {
    const add = new UpdateCommand({
      TableName: table.name,
      Key,
      UpdateExpression: 'ADD publishedSeqs :marked',
      ExpressionAttributeValues: { ':marked': marked },
      ReturnValues: 'ALL_NEW',
    });
    const { Attributes } = await sorted(table.send(add));
    if (((Attributes as CommitItem).publishedSeqs?.size ?? 0) < all.length) return;
  }
  const leave = new UpdateCommand({
    TableName: table.name,
    Key,
    UpdateExpression: 'REMOVE outboxSlot, outboxOrder, publishedSeqs',
  });
  await sorted(table.send(leave));
}
