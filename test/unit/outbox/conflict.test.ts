import { Fault } from '../../../platform/kernel/faults';
import { Conflict, conflictLimits, retryConflicts } from '../../../platform/outbox/conflict';
import { batchLoads } from '../../../platform/outbox/load-batch';

const soonMs = () => performance.now() + 60_000;

describe('a conflict', () => {
  test('is tried again from the start until it succeeds', async () => {
    let attempts = 0;
    const answer = await retryConflicts(async () => {
      attempts += 1;
      if (attempts < 3) throw new Conflict('somebody was first');
      return 'done';
    }, soonMs());
    expect([answer, attempts]).toEqual(['done', 3]);
  });

  test('that does not end becomes a fault to be retried from outside', async () => {
    let attempts = 0;
    const attempt = retryConflicts(async () => {
      attempts += 1;
      throw new Conflict('always');
    }, soonMs());
    await expect(attempt).rejects.toMatchObject({ code: 'STORE_CONFLICT', action: 'retry' });
    expect(attempts).toBe(conflictLimits.attemptsMax);
  });

  test('is not waited for beyond the deadline', async () => {
    let attempts = 0;
    const attempt = retryConflicts(async () => {
      attempts += 1;
      throw new Conflict('always');
    }, performance.now());
    await expect(attempt).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
    expect(attempts).toBe(1);
  });

  test('is the only thing tried again', async () => {
    let attempts = 0;
    const fault = new Fault('BUSY', 'held');
    const attempt = retryConflicts(async () => {
      attempts += 1;
      throw fault;
    }, soonMs());
    await expect(attempt).rejects.toBe(fault);
    expect(attempts).toBe(1);
  });
});

describe('loads of one transaction', () => {
  const fetched: (readonly string[])[] = [];
  const batch = () =>
    batchLoads(async (ids) => {
      fetched.push(ids);
      return new Map([['a', { id: 'a', seq: 3, state: null }]]);
    });
  beforeEach(() => (fetched.length = 0));

  test('that are asked for together are one request, in ascending order', async () => {
    const { load, reads } = batch();
    const [b, a] = await Promise.all([load('b'), load('a'), load('b')]);
    expect(fetched).toEqual([['a', 'b']]);
    expect([a, b]).toEqual([{ id: 'a', seq: 3, state: null }, undefined]);
    expect(reads).toEqual(
      new Map([
        ['a', 3],
        ['b', 0],
      ]),
    );
  });

  test('that follow one another are requests of their own', async () => {
    const { load } = batch();
    await load('a');
    await load('b');
    expect(fetched).toEqual([['a'], ['b']]);
  });
});
