import type { StoredEvent } from '../ports';
import { commitSk, commitSkEnd, aggregatePk, isPublished, listShards } from './items';
import type { CommitItem } from './items';
import { mapAtOnce } from '../map-at-once';
import { aggregatesIndex, dynamoLimits, queryItems } from './table';
import type { SealedTable, Table } from './table';

/**
 * Ids that start with `prefix`, ascending, after `afterId`. The index is eventually consistent: an aggregate created
 * a moment ago may be missing, and none that is there is ever wrong.
 */
export async function listIds(
  table: Table,
  {
    prefix,
    afterId,
    limitMax,
  }: { readonly prefix: string; readonly afterId: string; readonly limitMax: number },
): Promise<string[]> {
  const low = afterId > prefix ? afterId : prefix;
  const shards = await Promise.all(
    listShards.map((shard) =>
      queryItems<{ aggregateId: string }>(table, {
        IndexName: aggregatesIndex,
        KeyConditionExpression: 'listShard = :shard AND aggregateId BETWEEN :low AND :high',
        ExpressionAttributeValues: {
          ':shard': shard,
          ':low': low === '' ? '\u0000' : low,
          ':high': `${prefix}\u{10FFFF}`,
        },
        Limit: limitMax + 1,
      }),
    ),
  );
  const ids = shards.flat().map((item) => item.aggregateId);
  return ids
    .filter((id) => id > afterId)
    .sort()
    .slice(0, limitMax);
}

/** Aggregates whose ids are looked up at once while a history is read. */
const idsPerPageMax = 50;

/** Events of every aggregate, ascending by aggregate and number, behind `after`. */
export async function historyPage(
  table: SealedTable,
  {
    after = { aggregateId: '', seq: 0 },
    limitMax,
  }: {
    readonly after?: { readonly aggregateId: string; readonly seq: number };
    readonly limitMax: number;
  },
): Promise<(StoredEvent & { readonly published: boolean })[]> {
  const found: (StoredEvent & { readonly published: boolean })[] = [];
  let { aggregateId: afterId } = after;
  let ids = afterId === '' ? [] : [afterId];
  for (;;) {
    const histories = await mapAtOnce(ids, dynamoLimits.requestsAtOnce, (id) =>
      eventsBehind(table, id, { seq: id === after.aggregateId ? after.seq : 0, limitMax }),
    );
    found.push(...histories.flat());
    if (found.length >= limitMax) return found.slice(0, limitMax);
    afterId = ids.at(-1) ?? afterId;
    const idsMax = Math.min(idsPerPageMax, limitMax - found.length);
    ids = await listIds(table, { prefix: '', afterId, limitMax: idsMax });
    if (ids.length === 0) return found;
  }
}

async function eventsBehind(
  table: SealedTable,
  aggregateId: string,
  { seq, limitMax }: { readonly seq: number; readonly limitMax: number },
) {
  const commits = await queryItems<CommitItem>(table, {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :end',
    ExpressionAttributeValues: {
      ':pk': aggregatePk(aggregateId),
      ':from': commitSk(seq + 1),
      ':end': commitSkEnd,
    },
    Limit: limitMax,
  });
  return commits.flatMap((commit) =>
    commit.events
      .filter((event) => event.seq > seq)
      .map((event) => ({
        ...table.sealing.openEvent(event),
        published: isPublished(commit, event.seq),
      })),
  );
}
