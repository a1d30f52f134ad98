import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import type { ServiceClient } from '../../discovery/service-client';
import type { StepAnswer, StepMessage } from '../../kernel/step';
import type { ParticipantActivities } from '../../participant/activities';
import { presentGrant } from '../grant-passing';
import type { HostedService } from '../hosted-service';
import { failureOfStep, failureSchema, stepHeaders } from './wire';

/** Kept free at the end of the attempt, so that the answer still reaches the saga; milliseconds. */
const marginMs = 250;

const replySchema = z.union([
  z.strictObject({ answer: z.looseObject({ answer: z.string() }) }),
  z.strictObject({ failure: failureSchema }),
]);

/**
 * Activities of the services' names for the worker of the sagas: each asks the service itself, over mutual TLS, once.
 * Whatever is no answer is a failure that may be asked again: the saga sends the message through the queue then.
 */
export function createDirectActivities(
  services: readonly Pick<HostedService, 'name' | 'commands'>[],
  clientOf: (service: string) => Pick<ServiceClient, 'call'>,
): ParticipantActivities {
  const named = services.flatMap(({ name, commands }) => {
    const client = clientOf(name);
    return [...Object.keys(commands), 'settle'].map((command) => {
      const activity = `${name}.${command}`;
      return [activity, (message: StepMessage) => ask(client, activity, message)] as const;
    });
  });
  return Object.fromEntries(named);
}

async function ask(
  client: Pick<ServiceClient, 'call'>,
  activity: string,
  message: StepMessage,
): Promise<StepAnswer> {
  const { status, body } = await client.call({
    ...{ method: 'POST', path: '/steps', body: { activity, message } },
    headers: headersOf(message),
    deadlineMs: Math.max(marginMs, Context.current().info.startToCloseTimeoutMs - marginMs),
  });
  const reply = status === 200 ? replySchema.safeParse(JSON.parse(body)) : undefined;
  if (reply?.success !== true) {
    throw ApplicationFailure.retryable(`${activity} was answered ${status}`, 'NO_ANSWER');
  }
  if ('failure' in reply.data) throw failureOfStep(reply.data.failure);
  return reply.data.answer as StepAnswer;
}

/** The key makes it harmless to send the message again where the connection was lost: the fence answers both alike. */
function headersOf({ sagaId, step, kind, epoch, run }: StepMessage): Record<string, string> {
  const grant = presentGrant();
  return {
    'idempotency-key': encodeURIComponent(`${sagaId}/${step}/${kind}/${epoch}/${run}`),
    [stepHeaders.workflow]: Context.current().info.workflowExecution?.workflowId ?? '',
    ...(grant === undefined
      ? {}
      : { [stepHeaders.grant]: Buffer.from(grant).toString('base64url') }),
  };
}
