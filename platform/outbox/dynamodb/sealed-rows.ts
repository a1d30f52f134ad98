import { ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { keyIdOf } from '../../security/keys/envelope';
import { asBytes } from '../sealing';
import type { SealedRows } from '../sealing';
import { aggregateOf, stepKeyIn, stepRecordOf, stepSkRange } from './items';
import type { CommitItem, ItemKey, StateItem, StepItem } from './items';
import { sorted } from './table';
import type { SealedTable } from './table';

/** An item of the table that has sealed content. */
type Row = StateItem | CommitItem | StepItem;

/** What keys the items of a DynamoDB service are sealed with, and sealing them anew. */
export function dynamoSealedRows(table: SealedTable): SealedRows {
  return {
    async keyUse() {
      const use = new Map<string, number>();
      for await (const row of rows(table)) {
        const key = keyOf(row);
        use.set(key, (use.get(key) ?? 0) + 1);
      }
      return use;
    },
    async reseal(limitMax) {
      const current = keyIdOf(`${table.sealing.prefix()}AA`);
      let found = 0;
      for await (const row of rows(table)) {
        if (keyOf(row) === current) continue;
        await resealRow(table, row);
        if ((found += 1) >= limitMax) break;
      }
      return found;
    },
  };
}

/** Every item with sealed content, in no order. */
async function* rows(table: SealedTable): AsyncGenerator<Row> {
  let from: Record<string, unknown> | undefined;
  do {
    const command = new ScanCommand({
      TableName: table.name,
      ConsistentRead: true,
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    const page = await sorted(table.send(command));
    for (const item of (page.Items ?? []) as (ItemKey & object)[]) {
      if ('state' in item || 'events' in item) yield item as Row;
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}

/** The content of an item that is written first; the others are sealed with it. */
function contentOf(row: Row): unknown {
  if ('events' in row) return row.events[0]?.data;
  return isStep(row) ? row.result : row.state;
}

function keyOf(row: Row): string {
  return keyIdOf(asBytes.read(contentOf(row))) ?? '';
}

function isStep(row: StateItem | StepItem): row is StepItem {
  return row.sk.startsWith(stepSkRange[0]);
}

/** Written only where the item still holds what was read: whoever changed it has sealed it anew. */
async function resealRow(table: SealedTable, row: Row): Promise<void> {
  const sealed = sealedAgain(table, row);
  const names = Object.keys(sealed);
  const place = 'events' in row ? '#first[0].#of' : '#first';
  const command = new UpdateCommand({
    TableName: table.name,
    Key: { pk: row.pk, sk: row.sk },
    UpdateExpression: `SET ${names.map((_, at) => `#m${at} = :m${at}`).join(', ')}`,
    ConditionExpression: `${place} = :old`,
    ExpressionAttributeNames: {
      ...Object.fromEntries(names.map((name, at) => [`#m${at}`, name])),
      '#first': names[0] ?? '',
      ...('events' in row ? { '#of': 'data' } : {}),
    },
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.values(sealed).map((value, at) => [`:m${at}`, value])),
      ':old': contentOf(row),
    },
  });
  await sorted(table.send(command)).catch((error: unknown) => {
    if ((error as Error & { cause?: Error }).cause?.name !== 'ConditionalCheckFailedException') {
      throw error;
    }
  });
}

/** Members of the item with their content sealed anew, the one {@link contentOf} answers first. */
function sealedAgain({ sealing }: SealedTable, row: Row): Record<string, unknown> {
  if ('events' in row) {
    return { events: row.events.map((event) => sealing.sealEvent(sealing.openEvent(event))) };
  }
  if (isStep(row)) {
    const record = stepRecordOf(sealing, row);
    const { result, effect, plan } = sealing.sealStep(stepKeyIn(row), record);
    return { result, effect, ...(plan === undefined ? {} : { plan }) };
  }
  const { state, ...version } = aggregateOf<unknown>(sealing, row);
  return { state: sealing.sealState(version, state) };
}
