import { MockActivityEnvironment } from '@temporalio/testing';
import { payments } from '../../activities';
import { createActivities } from '../../platform/participant/activities';
import { Fault } from '../../platform/kernel/faults';
import type { StepAnswer, StepMessage } from '../../platform/kernel/step';
import type { HandleOptions } from '../../platform/participant/handle';

const message = { command: 'capture', kind: 'forward' } as StepMessage;
const startToCloseTimeoutMs = 10_000;

/** Runs one activity of payments as Temporal would, over a participant that does `handle`. */
async function run(
  name: string,
  handle: (message: StepMessage, options?: HandleOptions) => Promise<StepAnswer>,
): Promise<unknown> {
  const activity = createActivities({ handle }, payments)[name];
  if (activity === undefined) throw new Error(`there is no activity ${name}`);
  const now = Date.now();
  const environment = new MockActivityEnvironment({
    startToCloseTimeoutMs,
    currentAttemptScheduledTimestampMs: now,
  });
  return environment.run(activity, message);
}

test('there is one activity per command and undo, and one that settles', () => {
  const names = Object.keys(
    createActivities({ handle: () => Promise.reject(new Error()) }, payments),
  );
  expect(names.sort()).toEqual(
    ['authorize', 'capture', 'refund', 'settle', 'void'].map((name) => `payments.${name}`),
  );
});

test('an answer passes, and the database gets less time than the attempt', async () => {
  let givenMs = 0;
  const answer = await run('payments.capture', async (_message, options) => {
    givenMs = options?.timeoutMs ?? 0;
    return { answer: 'done', result: {} };
  });
  expect(answer).toEqual({ answer: 'done', result: {} });
  expect(givenMs).toBeGreaterThan(startToCloseTimeoutMs / 3);
  expect(givenMs).toBeLessThan(startToCloseTimeoutMs);
});

test('a refusal is a benign failure of its own code that is never retried', async () => {
  const refused = async () =>
    ({ answer: 'refused', code: 'CARD_DECLINED', detail: 'blocked' }) as const;
  await expect(run('payments.authorize', refused)).rejects.toMatchObject({
    type: 'CARD_DECLINED',
    nonRetryable: true,
    category: 'BENIGN',
    details: [{ kind: 'refusal', code: 'CARD_DECLINED' }],
  });
});

test.each([
  ['BUSY', 'retry', false],
  ['STORE_UNAVAILABLE', 'retry', false],
  ['STEP_FENCED', 'stop', true],
  ['UNDO_IMPOSSIBLE', 'park', true],
] as const)('the fault %s crosses with its code and who acts next', async (code, action, final) => {
  const fault = () => Promise.reject(new Fault(code, 'as told'));
  await expect(run('payments.void', fault)).rejects.toMatchObject({
    type: code,
    nonRetryable: final,
    details: [{ kind: 'fault', code, action }],
  });
});
