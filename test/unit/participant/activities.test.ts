import type { Context } from '@temporalio/activity';
import { asyncLocalStorage } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { Fault } from '../../../platform/kernel/faults';
import type { FaultCode } from '../../../platform/kernel/faults';
import type { StepAnswer } from '../../../platform/kernel/step';
import {
  createActivities,
  createSagaRecordActivities,
} from '../../../platform/participant/activities';
import type { HandleOptions } from '../../../platform/participant/handle';
import { boxContract, stepOf } from '../../support/box-service';

const message = stepOf('saga-1', ['left']).forward(0);
const { contract } = boxContract;

/** Runs inside an attempt of `startToCloseMs` that was scheduled `agoMs` ago. */
function inAttempt<Result>(
  work: () => Promise<Result>,
  startToCloseMs = 10_000,
  agoMs = 0,
  attempt = 1,
) {
  const info = {
    attempt,
    startToCloseTimeoutMs: startToCloseMs,
    currentAttemptScheduledTimestampMs: Date.now() - agoMs,
  };
  return asyncLocalStorage.run({ info } as Context, work);
}

async function failureOf(
  handle: () => Promise<StepAnswer>,
  attempt = 1,
): Promise<ApplicationFailure> {
  const activities = createActivities({ handle }, contract);
  return inAttempt(() => activities['boxes.put']!(message), 10_000, 0, attempt).then(
    () => Promise.reject(new Error('it answered')),
    (error: ApplicationFailure) => error,
  );
}

test('there is an activity for every command and undo, and one that settles', () => {
  const names = Object.keys(createActivities({ handle: jest.fn() }, contract));
  expect(names).toEqual(['boxes.put', 'boxes.take', 'boxes.settle']);
});

test('a refusal crosses as a benign failure of its own code that is never retried', async () => {
  const answer = { answer: 'refused', code: 'BOX_FULL', detail: 'no room' } as const;
  expect(await failureOf(async () => answer)).toMatchObject({
    type: 'BOX_FULL',
    nonRetryable: true,
    category: 'BENIGN',
    details: [{ kind: 'refusal', code: 'BOX_FULL', detail: 'no room' }],
  });
});

test('what is only not over yet is asked again without a line in the log', async () => {
  const fault = new Fault('OUTSIDE_UNAVAILABLE', 'still at work', { isExpected: true });
  const asked = failureOf(() => Promise.reject(fault));
  expect(await asked).toMatchObject({ nonRetryable: false, category: 'BENIGN' });
});

test.each<[FaultCode, string, boolean]>([
  ['STORE_UNAVAILABLE', 'retry', false],
  ['STORE_CONFLICT', 'retry', false],
  ['BUSY', 'retry', false],
  ['STEP_FENCED', 'stop', true],
  ['UNDO_IMPOSSIBLE', 'park', true],
  ['INVARIANT_BROKEN', 'park', true],
])('the fault %s says %s', async (code, action, nonRetryable) => {
  const failure = await failureOf(async () => Promise.reject(new Fault(code, 'x')));
  expect(failure).toMatchObject({
    type: code,
    nonRetryable,
    details: [{ kind: 'fault', code, action }],
  });
  const delayMs = Number(failure.nextRetryDelay ?? NaN);
  if (code === 'BUSY') expect(delayMs).toBeGreaterThanOrEqual(100);
  else expect(delayMs).toBeNaN();
});

test('a busy aggregate is asked ever more seldom, so that attempts last for minutes', async () => {
  const busy = () => Promise.reject(new Fault('BUSY', 'x'));
  expect(Number((await failureOf(busy, 4)).nextRetryDelay)).toBeGreaterThanOrEqual(800);
  expect(Number((await failureOf(busy, 40)).nextRetryDelay)).toBe(10_000);
});

test('the store gets what is left of the attempt, and never nothing', async () => {
  const handle = jest.fn(async () => ({ answer: 'undone' }) as const);
  const activity = createActivities({ handle }, contract)['boxes.take']!;
  await inAttempt(() => activity(message), 10_000, 3_000);
  await inAttempt(() => activity(message), 400, 0);
  const limits = handle.mock.calls.map((call) => (call as unknown[])[1] as { timeoutMs: number });
  expect(limits[0]?.timeoutMs).toBeGreaterThan(6_000);
  expect(limits[0]?.timeoutMs).toBeLessThanOrEqual(6_500);
  expect(limits[1]?.timeoutMs).toBeGreaterThanOrEqual(200);
});

describe('what recovery and housekeeping may ask', () => {
  const records = {
    close: jest.fn(async () => ({ rows: [] })),
    rows: jest.fn(async () => ({ rows: [] })),
    trim: jest.fn(async () => ({ trimmed: 0, left: [] })),
  };

  test('is an activity each, with the rest of the attempt for its time', async () => {
    const activities = createSagaRecordActivities(records, contract);
    expect(Object.keys(activities)).toEqual(['boxes.close', 'boxes.rows', 'boxes.trim']);
    const request = { sagaId: 's', generation: 1, run: 'r' };
    await inAttempt(() => activities['boxes.close']!(request), 10_000, 3_000);
    const [asked, options] = records.close.mock.calls[0] as unknown as [object, HandleOptions];
    expect(asked).toBe(request);
    expect(options.timeoutMs).toBeGreaterThan(6_000);
  });

  test('crosses as its fault where it cannot be', async () => {
    records.close.mockRejectedValueOnce(new Fault('STEP_FENCED', 'x'));
    const activities = createSagaRecordActivities(records, contract);
    const attempt = inAttempt(() => activities['boxes.close']!({}));
    await expect(attempt).rejects.toMatchObject({ type: 'STEP_FENCED', nonRetryable: true });
  });

  test.each(['close', 'rows', 'trim', 'settle'])('has a name no command may have: %s', (name) => {
    const commands = { [name]: contract.commands.put };
    expect(() => createSagaRecordActivities(records, { name: 'boxes', commands })).toThrow(name);
  });
});
