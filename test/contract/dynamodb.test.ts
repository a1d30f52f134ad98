import { conflictLimits } from '../../platform/outbox/conflict';
import { openDynamoStore } from '../../platform/outbox/dynamodb/store';
import type { Send } from '../../platform/outbox/dynamodb/table';
import { slotOf } from '../../platform/outbox/hash';
import type { ServiceStore } from '../../platform/outbox/ports';
import { dynamoOptions } from '../../platform/runtime/connections';
import { boxParticipant, boxPartitions, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { answered } from '../support/fence-play';
import { boxSealing, freshInstance } from '../support/stores';
import { configFor } from '../support/world';

interface Request {
  readonly name: string;
  readonly input: Record<string, unknown>;
}
/** Sees a request before it is sent; may throw instead, or change what comes back. */
type Tamper = (request: Request, send: () => Promise<unknown>) => Promise<unknown>;

/** A reason per item, the step record's first: what the real service answers under contention. */
const cancelled = (...codes: string[]) =>
  Object.assign(new Error('Transaction cancelled'), {
    name: 'TransactionCanceledException',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });

const named = (name: string) => Object.assign(new Error(name), { name });

describe('faults only DynamoDB has, and its local server never shows', () => {
  const client = dynamoOptions(configFor('inventory'));
  const instance = freshInstance();
  let tamper: Tamper = (_request, send) => send();
  let store: ServiceStore<Box>;

  beforeAll(async () => {
    const intercept = (send: Send): Send =>
      ((command: { input: Record<string, unknown> }, options: never) =>
        tamper({ name: command.constructor.name, input: command.input }, () =>
          send(command as never, options),
        )) as Send;
    store = openDynamoStore<Box>({
      ...{ client, table: 'inventory', instance, intercept },
      ...boxSealing,
    });
    await store.migrate();
  });
  afterEach(() => {
    tamper = (_request, send) => send();
  });
  afterAll(() => store.close());

  const writesThrow = (error: Error, times: number): (() => number) => {
    let thrown = 0;
    tamper = async ({ name }, send) => {
      if (name !== 'TransactWriteCommand' || thrown >= times) return send();
      thrown += 1;
      throw error;
    };
    return () => thrown;
  };

  test.each([
    ['a conflict on an aggregate', cancelled('None', 'TransactionConflict', 'None')],
    ['a condition on the step record that no longer holds', cancelled('ConditionalCheckFailed')],
    [
      'a condition on the closing that no longer holds',
      cancelled('None', 'ConditionalCheckFailed'),
    ],
    ['a throttled item', cancelled('None', 'None', 'ThrottlingError')],
    ['throughput used up for an item', cancelled('ProvisionedThroughputExceeded', 'None')],
    ['a transaction still in progress', named('TransactionInProgressException')],
    ['throughput used up', named('ProvisionedThroughputExceededException')],
    ['a throttled account', named('ThrottlingException')],
  ])('%s is tried again inside, never answered as a refusal', async (title, error) => {
    const thrown = writesThrow(error, 2);
    const step = stepOf(`conflict ${title}`, [`conflict ${title}`]);
    expect(await answered(boxParticipant(store), step.forward(0))).toBe('done 5');
    expect(thrown()).toBe(2);
  });

  test.each([
    ['A conflict', cancelled('TransactionConflict')],
    ['Throttling', cancelled('None', 'ThrottlingError')],
    ['A transaction in progress', named('TransactionInProgressException')],
  ])('%s that does not end is a fault to be retried, and nothing is written', async (id, error) => {
    const thrown = writesThrow(error, Infinity);
    const message = stepOf(id, [id]).forward(0);
    const late = boxParticipant(store).handle(message, { timeoutMs: 60_000 });
    await expect(late).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
    expect(thrown()).toBe(conflictLimits.attemptsMax);
    expect(await store.readAggregate(id)).toBeUndefined();
    expect(await store.stepRecordsOf(id)).toEqual([]);
  });

  test('the reason is read at the index of the item it is about', async () => {
    writesThrow(cancelled('None', 'None', 'TransactionConflict'), Infinity);
    const attempt = boxParticipant(store).handle(stepOf('index', ['index-a']).forward(0));
    const message = 'item 2: TransactionConflict';
    await expect(attempt).rejects.toMatchObject({ cause: { message } });
  });

  test('a request that cannot be right is a bug, whatever else is said beside it', async () => {
    writesThrow(cancelled('TransactionConflict', 'ValidationError'), 1);
    const step = stepOf('wrong', ['wrong-a']);
    expect(await answered(boxParticipant(store), step.forward(0))).toBe('INVARIANT_BROKEN');
  });

  test('a throttled read outside of a step is tried again too', async () => {
    let thrown = 0;
    tamper = async (_request, send) => {
      if ((thrown += 1) > 2) return send();
      throw named('ProvisionedThroughputExceededException');
    };
    expect(await store.readAggregate('nothing')).toBeUndefined();
    expect(thrown).toBe(3);
  });

  test('numbers are kept as JSON has them, also those DynamoDB has no number for', async () => {
    const stepRecord = { state: 'done', epoch: 0, run: 'a', inputHash: '', effect: [] } as const;
    const key = { sagaId: 'huge', step: 's' };
    const result = [1e21, 2 ** 60, 1e-200, 0.1];
    const commit = { stepRecord: { ...stepRecord, result }, aggregates: [] };
    await store.transact(key, async () => ({ answer: 0, commit }));
    expect(await store.readStepRecord(key)).toMatchObject({ result });
  });

  test('a write whose reply was lost is found by the next delivery', async () => {
    const step = stepOf('lost', ['lost-a']);
    tamper = async ({ name }, send) => {
      const answer = await send();
      if (name === 'TransactWriteCommand') throw new Error('socket hang up', { cause: answer });
      return answer;
    };
    expect(await answered(boxParticipant(store), step.forward(0))).not.toBe('done 5');
    tamper = (_request, send) => send();
    expect(await answered(boxParticipant(store), step.forward(0))).toBe('done 5');
    expect((await store.readAggregate('lost-a'))?.seq).toBe(1);
  });

  test('keys a batch read left unprocessed are read again', async () => {
    const boxIds = ['batch-a', 'batch-b', 'batch-c'];
    await answered(boxParticipant(store), stepOf('batch-1', boxIds).forward(0));
    let halved = 0;
    tamper = async ({ name, input }, send) => {
      if (name !== 'BatchGetCommand' || halved > 0) return send();
      halved += 1;
      return { Responses: {}, UnprocessedKeys: input.RequestItems };
    };
    expect(await answered(boxParticipant(store), stepOf('batch-2', boxIds).forward(0))).toBe(
      'done 5',
    );
    expect((await store.readAggregate('batch-c'))?.seq).toBe(2);
  });

  /** What an index that lags may show: some of its items are missing, or are marked already. */
  const indexShows = (change: (items: { sk: string }[]) => { sk: string }[]) => {
    tamper = async ({ input }, send) => {
      const page = (await send()) as { Items?: { sk: string }[] };
      return input.IndexName === 'outbox' ? { ...page, Items: change(page.Items ?? []) } : page;
    };
  };
  const pendingOf = async (id: string) => {
    const found = await store.pending(slotOf(id, boxPartitions), 100);
    return found.filter((event) => event.aggregateId === id);
  };

  test('an index that shows number 3 before numbers 1 and 2 leads to all three, in order', async () => {
    for (let round = 0; round < 3; round += 1) {
      await answered(boxParticipant(store), stepOf(`lag-${round}`, ['lag']).forward(0));
    }
    indexShows((items) => items.filter((item) => item.sk.endsWith('3')));
    expect((await pendingOf('lag')).map((event) => event.seq)).toEqual([1, 2, 3]);
  });

  test('an index that still shows what is marked does not offer it again', async () => {
    for (let round = 0; round < 2; round += 1) {
      await answered(boxParticipant(store), stepOf(`stale-${round}`, ['stale']).forward(0));
    }
    const before = await pendingOf('stale');
    const keys = before.map((event) => ({
      pk: 'AGG#stale',
      sk: `EVT#${String(event.seq).padStart(16, '0')}`,
    }));
    await store.markPublished(before.slice(0, 1));
    indexShows(() => keys);
    expect((await pendingOf('stale')).map((event) => event.seq)).toEqual([2]);
  });

  test('a service without its database says so, and does not wait for ever', async () => {
    const nowhere = openDynamoStore<Box>({
      client: { ...client, endpoint: 'https://localhost:1', maxAttempts: 1 },
      table: 'inventory',
      ...boxSealing,
    });
    await expect(nowhere.ping(1_000)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const step = stepOf('nowhere', ['a']);
    expect(await answered(boxParticipant(nowhere), step.forward(0))).toBe('STORE_UNAVAILABLE');
    await nowhere.close();
  });
});
