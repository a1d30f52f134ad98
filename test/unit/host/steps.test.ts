import type { Context } from '@temporalio/activity';
import { asyncLocalStorage } from '@temporalio/activity';
import { presentGrant, underGrant } from '../../../platform/host/grant-passing';
import { mountSteps } from '../../../platform/host/steps/api';
import { createDirectActivities } from '../../../platform/host/steps/call';
import { createApp } from '../../../platform/http/app';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { Fault } from '../../../platform/kernel/faults';
import type { StepAnswer, StepMessage } from '../../../platform/kernel/step';
import { createActivities } from '../../../platform/participant/activities';
import { attemptAtHand } from '../../../platform/participant/attempt';
import type { HandleOptions } from '../../../platform/participant/handle';
import { silentLog } from '../../../platform/runtime/log';
import { boxContract, stepOf } from '../../support/box-service';
import { spokenTokens } from '../../support/spoken-tokens';
import { ask } from '../http/in-process';

const { contract } = boxContract;
const message: StepMessage = {
  ...stepOf('saga-1', ['left']).forward(0),
  ...{ saga: 'fill', correlationId: 'fill:1', owner: 'owner' },
};

interface World {
  readonly peer?: string;
  readonly takes?: boolean;
  readonly handle?: (message: StepMessage, options?: HandleOptions) => Promise<StepAnswer>;
}

/** The straight way from a saga's worker to a participant, without the network between. */
function straight({ peer = 'orchestrator', takes = true, handle }: World) {
  const done = async () => ({ answer: 'done', result: 1 }) as const;
  const steps = createActivities({ handle: handle ?? done }, contract);
  const metrics = createMetrics({ defaults: false });
  const { registry } = metrics;
  const app = createApp({
    ...{ log: silentLog, metrics, health: createHealth() },
    mount: (on) =>
      mountSteps(on, {
        activities: () => (takes ? steps : undefined),
        guard: { tokens: spokenTokens, log: silentLog, registry, peerOf: () => peer },
      }),
  });
  const asked: Record<string, string>[] = [];
  const activities = createDirectActivities([contract], () => ({
    async call({ method, path, body, headers = {}, deadlineMs = 0 }) {
      asked.push({ ...headers });
      const told = { ...headers, 'x-request-timeout': (deadlineMs / 1_000).toFixed(3) };
      const { status, text } = await ask(app, { method, path, body, headers: told });
      return { status, headers: {}, body: text };
    },
  }));
  const info = { startToCloseTimeoutMs: 4_000, workflowExecution: { workflowId: 'fill:1' } };
  const send = (name = 'boxes.put', what = message) =>
    asyncLocalStorage.run({ info } as Context, () =>
      underGrant(Buffer.from('sealed'), () => activities[name]!(what)),
    );
  return { send, asked, app };
}

const failureOf = (sent: Promise<unknown>): Promise<unknown> =>
  sent.then(
    () => Promise.reject(new Error('it answered')),
    (error: unknown) => error,
  );

test('a message goes there and its answer comes back, with the grant, the workflow and what is left of the time', async () => {
  const seen: unknown[] = [];
  const { send } = straight({
    async handle(taken, options) {
      const { workflowId, number } = attemptAtHand();
      const grant = Buffer.from(presentGrant() ?? '').toString();
      seen.push([taken, workflowId, number, grant, (options?.timeoutMs ?? 0) > 2_000]);
      return { answer: 'done', result: { boxId: 'b' } };
    },
  });
  expect(await send()).toEqual({ answer: 'done', result: { boxId: 'b' } });
  expect(seen).toEqual([[message, 'fill:1', 1, 'sealed', true]]);
});

test('a refusal and a fault are the failures that the activity of the queue has', async () => {
  const refused = { answer: 'refused', code: 'BOX_FULL', detail: 'no room' } as const;
  expect(await failureOf(straight({ handle: async () => refused }).send())).toMatchObject({
    ...{ type: 'BOX_FULL', nonRetryable: true, category: 'BENIGN' },
    details: [{ kind: 'refusal', code: 'BOX_FULL', detail: 'no room' }],
  });
  const busy = () => Promise.reject(new Fault('BUSY', 'held'));
  expect(await failureOf(straight({ handle: busy }).send())).toMatchObject({
    ...{ type: 'BUSY', nonRetryable: false },
    details: [{ kind: 'fault', code: 'BUSY', action: 'retry' }],
  });
});

test('nobody but the worker of the sagas may send one, and nothing happens', async () => {
  const handle = jest.fn();
  const failure = await failureOf(straight({ peer: 'gateway', handle }).send());
  expect(failure).toMatchObject({ type: 'NO_ANSWER', nonRetryable: false });
  expect(String(failure)).toContain('403');
  expect(handle).not.toHaveBeenCalled();
});

test('a participant that takes no messages, and one that has no such command, are no answer', async () => {
  expect(String(await failureOf(straight({ takes: false }).send()))).toContain('503');
  const { send } = straight({});
  expect(
    String(await failureOf(send('boxes.settle', { ...message, kind: 'other' as never }))),
  ).toMatch(/400|422/);
});

test('the same message has the same key, so that a lost connection may send it again', async () => {
  const { send, asked } = straight({});
  await send();
  await send();
  await send('boxes.put', { ...message, epoch: 1 });
  const keys = asked.map((headers) => headers['idempotency-key']);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[2]).not.toBe(keys[0]);
});
