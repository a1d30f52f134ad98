import type { StoredEvent } from '../ports';
import { contiguousRuns } from '../runs';
import { commitSkEnd, isPublished, slotPk } from './items';
import type { CommitItem, ItemKey } from './items';
import { mapAtOnce } from '../map-at-once';
import { dynamoLimits, outboxIndex, queryItems } from './table';
import type { SealedTable, Table } from './table';

/**
 * The oldest unpublished events of a slot. The index over unpublished commits is eventually consistent: it may show
 * number 6 and not yet number 5, or one that is marked already. So it only says which aggregates to look at, and
 * their commits are then read with strong consistency, backwards too until one is published.
 */
export async function pendingOf(
  table: SealedTable,
  slot: number,
  limitMax: number,
): Promise<readonly StoredEvent[]> {
  const seen = await queryItems<ItemKey>(table, {
    IndexName: outboxIndex,
    KeyConditionExpression: 'outboxSlot = :slot',
    ExpressionAttributeValues: { ':slot': slotPk(slot) },
    Limit: limitMax,
  });
  const runs = await mapAtOnce(byAggregate(seen), dynamoLimits.requestsAtOnce, async (keys) => {
    const commits = await unpublishedCommits(table, keys);
    return commits.flatMap((commit) =>
      commit.events
        .filter((event) => !isPublished(commit, event.seq))
        .map((event) => table.sealing.openEvent(event)),
    );
  });
  return contiguousRuns(runs.flat()).slice(0, limitMax);
}

/** Keys per aggregate, aggregates in the order of their oldest commit. */
function byAggregate(keys: readonly ItemKey[]): ItemKey[][] {
  const groups = new Map<string, ItemKey[]>();
  for (const key of keys) groups.set(key.pk, [...(groups.get(key.pk) ?? []), key]);
  return [...groups.values()];
}

async function unpublishedCommits(table: Table, keys: readonly ItemKey[]): Promise<CommitItem[]> {
  const [{ pk, sk: lowest } = { pk: '', sk: '' }] = [...keys].sort((left, right) =>
    left.sk < right.sk ? -1 : 1,
  );
  const commits = await queryItems<CommitItem>(table, {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :end',
    ExpressionAttributeValues: { ':pk': pk, ':from': lowest, ':end': commitSkEnd },
    Limit: keys.length,
  });
  return [...(await unpublishedBefore(table, commits[0])), ...commits];
}

async function unpublishedBefore(table: Table, first?: CommitItem): Promise<CommitItem[]> {
  const missed: CommitItem[] = [];
  for (let next = first; next !== undefined && next.firstSeq > 1;) {
    const [previous] = await queryItems<CommitItem>(table, {
      ConsistentRead: true,
      ScanIndexForward: false,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :begin AND :before',
      ExpressionAttributeValues: { ':pk': next.pk, ':begin': 'EVT#', ':before': next.sk },
      Limit: 2,
    }).then((found) => found.filter((item) => item.sk !== next?.sk));
    if (previous === undefined || previous.outboxSlot === undefined) break;
    missed.unshift(previous);
    next = previous;
  }
  return missed;
}
