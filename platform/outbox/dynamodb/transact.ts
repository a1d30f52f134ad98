import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { Fault } from '../../kernel/faults';
import type { StepKey } from '../../kernel/step';
import { closingKeyOf } from '../../participant/closing';
import { Conflict, retryConflicts } from '../conflict';
import { batchLoads } from '../load-batch';
import type { AggregateChange, TransactionOutcome, UnitOfWork } from '../ports';
import type { Sealing } from '../sealing';
import { aggregateOf, commitItem, stateItem, stateKey, stepKeyOf, stepRecordOf } from './items';
import type { ItemKey, StateItem, StepItem } from './items';
import { dynamoLimits, getItems, sorted } from './table';
import type { SealedTable } from './table';

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What one attempt was decided on: the step's item and the sequence of everything it loaded. */
interface DecidedOn {
  readonly key: StepKey;
  readonly stepKey: ItemKey;
  /** 0: there was no item. */
  readonly stepVersion: number;
  /** Key and version of the saga's closing; undefined where none is asked. */
  readonly closing: { readonly key: ItemKey; readonly version: number } | undefined;
  readonly reads: ReadonlyMap<string, number>;
}

/**
 * Strongly consistent reads, then one `TransactWriteItems` in which everything the decision was based on is a
 * condition. The SDK gives each request a token of its own, so that a request it repeats is applied once; a token over
 * the message would not do, since a decision taken again after a conflict is another request.
 */
export function dynamoUnitOfWork<State>(
  table: SealedTable,
  committed: () => void,
): UnitOfWork<State>['transact'] {
  const { sealing } = table;
  return async (key, work, { timeoutMs = dynamoLimits.transactionTimeoutMs } = {}) => {
    const deadlineMs = performance.now() + timeoutMs;
    // An attempt whose time is over already must be told so, and not that its number is wrong.
    const abortSignal = AbortSignal.timeout(Math.max(0, Math.ceil(timeoutMs)));
    const attempt = async () => {
      const { step: item, closing, versions } = await readStep(table, key, abortSignal);
      const { load, reads } = batchLoads((ids) => fetch<State>(table, ids, abortSignal));
      const view = {
        stepRecord: item && stepRecordOf(sealing, item),
        closing: closing && stepRecordOf(sealing, closing),
        load,
      };
      const outcome = await work(view).catch(async (error: unknown) => {
        // Step and aggregates are no snapshot: what was thrown counts only if the step still stands as it was read.
        const now = await readStep(table, key, abortSignal);
        if (now.versions.stepVersion !== versions.stepVersion)
          throw new Conflict('the step record has moved on');
        throw error;
      });
      if (outcome.commit === undefined) return outcome;
      const decidedOn = { key, ...versions, reads };
      const TransactItems = itemsOf(table, decidedOn, outcome.commit);
      await sorted(table.send(new TransactWriteCommand({ TransactItems }), { abortSignal }));
      return outcome;
    };
    const { answer, commit } = await retryConflicts(attempt, deadlineMs);
    if (commit?.aggregates.some((change) => change.events.length > 0) === true) committed();
    return answer;
  };
}

/** The step's item and the saga's closing, in one strongly consistent request. */
async function readStep(table: SealedTable, key: StepKey, abortSignal: AbortSignal) {
  const stepKey = stepKeyOf(key);
  const under = closingKeyOf(key);
  const closingKey = under && stepKeyOf(under);
  const keys = closingKey === undefined ? [stepKey] : [stepKey, closingKey];
  const items = await getItems<StepItem>(table, keys, abortSignal);
  const step = items.find(({ sk }) => sk === stepKey.sk);
  const closing = items.find(({ sk }) => sk !== stepKey.sk);
  const versions = {
    stepKey,
    stepVersion: step?.version ?? 0,
    closing: closingKey && { key: closingKey, version: closing?.version ?? 0 },
  };
  return { step, closing, versions };
}

async function fetch<State>(table: SealedTable, ids: readonly string[], abortSignal: AbortSignal) {
  const items = await getItems<StateItem>(table, ids.map(stateKey), abortSignal);
  const found = items.map((item) => aggregateOf<State>(table.sealing, item));
  return new Map(found.map((aggregate) => [aggregate.id, aggregate] as const));
}

/** The step's item first and the closing second, so that their reasons are the first of a cancelled transaction. */
function itemsOf<State>(
  { name: TableName, sealing }: SealedTable,
  { key, stepKey, stepVersion, closing, reads }: DecidedOn,
  commit: NonNullable<TransactionOutcome<unknown, State>['commit']>,
): TransactItem[] {
  const record = sealing.sealStep(key, commit.stepRecord);
  const changed = new Set(commit.aggregates.map((change) => change.id));
  const reliedOn = [...reads].filter(([id]) => !changed.has(id));
  const items: TransactItem[] = [
    {
      Put: {
        TableName,
        Item: { ...stepKey, ...record, version: stepVersion + 1 },
        ...expecting('version', stepVersion),
      },
    },
    ...(closing === undefined ? [] : [check(TableName, closing.key, ['version', closing.version])]),
    ...commit.aggregates.flatMap((change) => changeItems({ TableName, sealing }, change)),
    ...reliedOn.map(([id, seq]) => check(TableName, stateKey(id), ['seq', seq])),
  ];
  if (items.length > dynamoLimits.transactionItemsMax) {
    throw new Fault('INVARIANT_BROKEN', `${items.length} items in one transaction`);
  }
  return items;
}

function check(TableName: string, Key: ItemKey, counter: [string, number]): TransactItem {
  return { ConditionCheck: { TableName, Key, ...expecting(...counter) } };
}

function changeItems<State>(
  { TableName, sealing }: { readonly TableName: string; readonly sealing: Sealing },
  { id, expectedSeq, state, events }: AggregateChange<State>,
): TransactItem[] {
  const seq = expectedSeq + events.length;
  const Item = stateItem(sealing, { id, seq, state });
  const stateWrite = { Put: { TableName, Item, ...expecting('seq', expectedSeq) } };
  if (events.length === 0) return [stateWrite];
  const commit = commitItem(sealing, events, Date.now());
  return [stateWrite, { Put: { TableName, Item: commit, ...expecting('lastSeq', 0) } }];
}

/** A condition on a counter; 0 stands for "there is no such item". */
function expecting(attribute: string, value: number) {
  if (value === 0) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#counter = :expected',
    ExpressionAttributeNames: { '#counter': attribute },
    ExpressionAttributeValues: { ':expected': value },
  };
}
