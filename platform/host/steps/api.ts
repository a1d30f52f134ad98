import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { trace } from '@opentelemetry/api';
import { z } from 'zod';
import { problem } from '../../http/problem';
import { requestTimeoutMs } from '../../http/request-timeout';
import type { StepMessage } from '../../kernel/step';
import { inAttempt } from '../../participant/attempt';
import type { Attempt } from '../../participant/attempt';
import type { ParticipantActivities } from '../../participant/activities';
import { withLogContext } from '../../runtime/log-context';
import type { Guard } from '../../security/guard';
import { defineOperations } from '../../security/operations';
import type { Answer, Call } from '../../security/operations';
import { mountOperations } from '../../security/rbac';
import { underGrant } from '../grant-passing';
import { describeStep, stepOf } from '../step-tracing';
import { stepFailureOf, stepHeaders } from './wire';

const name = z.string().min(1).max(300);

/** What a message has to be before the participant reads it; its input is the contract's business. */
const message = z.looseObject({
  kind: z.enum(['forward', 'undo', 'settle']),
  ...{ sagaId: name, step: name, run: name, command: name, saga: name, correlationId: name },
  owner: z.string().max(300),
  epoch: z.number().int().min(0),
});

/** The second way to a participant; the first is its task queue. */
export const stepOperations = defineOperations({
  takeStep: {
    ...{ method: 'POST', path: '/steps', tag: 'steps' },
    summary: 'Answer a message of a saga, as the activity of the same name does',
    // Who may run sagas may schedule every activity; what a saga may do is in its grant, on this way too.
    ...{ roles: 'anyone', callers: ['orchestrator'] },
    body: z.strictObject({ activity: name, message }),
    problems: ['NOT_FOUND', 'SERVICE_UNAVAILABLE'],
  },
});

export interface StepApiParts {
  /** The activities of the participant; undefined while it takes no messages. */
  readonly activities: () => ParticipantActivities | undefined;
  readonly guard: Guard;
}

/**
 * Mounts `POST /steps`: 200 with `{ answer }`, or with `{ failure }` where the activity would have failed; what is
 * no answer of the participant is a problem.
 */
export function mountSteps(
  app: Parameters<typeof mountOperations>[0],
  { activities, guard }: StepApiParts,
): void {
  mountOperations(
    app,
    stepOperations,
    {
      takeStep: async (call) => {
        const known = activities();
        if (known === undefined) throw problem('SERVICE_UNAVAILABLE', { retryAfterSeconds: 2 });
        return takeStep(known, call);
      },
    },
    guard,
  );
}

async function takeStep(
  activities: ParticipantActivities,
  call: Call<(typeof stepOperations)['takeStep']>,
): Promise<Answer> {
  const { activity } = call.body;
  const asked = call.body.message as unknown as StepMessage;
  if (!Object.hasOwn(activities, activity)) throw problem('NOT_FOUND');
  const attempt = attemptOf(call);
  const about = stepOf(asked, { command: activity, attempt: 1, workflowId: attempt.workflowId });
  const span = trace.getActiveSpan();
  if (span !== undefined) describeStep(span, about);
  const grant = call.request.get(stepHeaders.grant);
  const sealed = grant === undefined ? undefined : Buffer.from(grant, 'base64url');
  const work = () => activities[activity]!(asked);
  try {
    const answer = await withLogContext(about, () =>
      inAttempt(attempt, () => underGrant(sealed, work)),
    );
    return { body: { answer } };
  } catch (error) {
    if (error instanceof ApplicationFailure) return { body: { failure: stepFailureOf(error) } };
    if (error instanceof CancelledFailure) throw problem('SERVICE_UNAVAILABLE', { cause: error });
    throw error;
  }
}

/** There is one try on this way, and nobody calls it off: who does not wait any more asks again by the queue. */
function attemptOf({ request }: Pick<Call, 'request'>): Attempt {
  const endsAtMs = performance.now() + (requestTimeoutMs(request) ?? Infinity);
  return {
    workflowId: request.get(stepHeaders.workflow),
    number: 1,
    restMs: () => Math.min(endsAtMs - performance.now(), 10_000),
    heartbeat: () => undefined,
    isCalledOff: () => false,
  };
}
