import { randomUUID } from 'node:crypto';
import {
  Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { WorkflowExecutionInfo, WorkflowHandle } from '@temporalio/client';
import { grantClientInterceptor, underGrant } from '../platform/host/grant-passing';
import { lazyTemporal } from '../platform/host/lazy-temporal';
import { sagaGrantMinterOf } from '../platform/host/saga-grants';
import type { ServiceParts } from '../platform/host/service-parts';
import type { TellingReaction } from '../platform/reactions/reaction';
import type { Pending, PendingStart, PendingTell } from '../platform/reactions/starter';
import type { Config } from '../platform/runtime/config';
import { inSpan } from '../platform/runtime/spans';
import { sagaGrantOf } from '../platform/saga/grants/facts';
import { sagaStartOptions, startAttributes, stepsOf } from '../platform/saga/start-options';
import { recoveredBy, sagaQueue } from '../platform/saga/wire';
import type { SagaMemo } from '../platform/saga/wire';
import type { SignedVerb, VerbAnswer } from '../platform/saga/verbs';
import { createGrantMinter } from '../platform/security/grants';
import type { GrantMinter } from '../platform/security/grants';
import { pseudonymOf } from '../platform/security/pseudonym';
import { readCredentials } from '../platform/security/tls';
import type { SagaContract } from '../platform/saga/contract';

/** Deadline of a question to Temporal, and of one that a saga answers; milliseconds. */
const rpcMs = 4_000;
const updateMs = 8_000;
/** Running sagas of one type and business key that are asked; there is one, or its children beside it. */
const sagasMax = 20;

/** Temporal, as far as a reaction needs it. */
export interface ReactionEngine {
  /** Starts the saga, or says that its workflow id was used before. Throws when Temporal gives no answer in time. */
  start(pending: PendingStart, contract: SagaContract): Promise<'started' | 'exists'>;
  /** Hands the event to the saga of its business key that waits for it. Throws when nobody answers in time. */
  tell(
    pending: PendingTell,
    reaction: Pick<TellingReaction, 'as'>,
    aim: (workflowId: string) => Promise<void>,
  ): Promise<'told' | 'nobody' | 'refused'>;
  close(): Promise<void>;
}

/** Opens the engine as this process, for these sagas; nothing connects before the first start. */
export function openReactionEngine(
  config: Config,
  parts: Pick<ServiceParts, 'dataConverter' | 'keys' | 'tracing'> & {
    readonly sagas: readonly string[];
  },
): ReactionEngine {
  const { sagas, dataConverter, keys, tracing } = parts;
  const connection = lazyTemporal(config);
  const { workflow } = new Client({
    ...{ connection, namespace: config.HOLDFAST_TEMPORAL_NAMESPACE, dataConverter },
    interceptors: { workflow: [grantClientInterceptor] },
    plugins: [tracing.plugin],
  });
  const taskQueue = sagaQueue(config.HOLDFAST_INSTANCE);
  const sagaGrants = sagaGrantMinterOf(config, keys, sagas);
  const grants = createGrantMinter({ credentials: () => readCredentials(config) });
  return {
    async tell(pending, { as }, aim) {
      const { saga, businessKey } = pending.row;
      const query = runningQuery(saga, taskQueue, businessKey);
      const found = await connection.withDeadline(Date.now() + rpcMs, () =>
        runningWith(workflow.list({ query }), businessKey),
      );
      let heard: 'nobody' | 'refused' = 'nobody';
      for (const running of found) {
        // A recovery takes what is for the saga that it recovers.
        const workflowId = recoveredBy(running) ?? running;
        await aim(workflowId);
        const signed = await signedTelling(grants, pending, { as, workflowId });
        const answer = await connection.withDeadline(Date.now() + updateMs, () =>
          reacting(pending, () => deliver(workflow.getHandle(running), signed)),
        );
        if (answer === 'told') return answer;
        if (answer === 'refused') heard = answer;
      }
      return heard;
    },
    async start(pending, contract) {
      const { reaction, row } = pending;
      const { workflowId, saga, input, businessKey, requestHash } = row;
      const deadlineAtMs = Date.now() + contract.deadlineMs;
      const owner = ownerOf(reaction);
      const start = { input, owner, businessKey, requestHash, deadlineAtMs, ...stepsOf(config) };
      const options = {
        ...sagaStartOptions({ saga, start, taskQueue, title: contract.title }),
        ...{ workflowId, workflowIdConflictPolicy: 'FAIL' as const },
      };
      try {
        const times = { issuedAtMs: Date.now(), deadlineAtMs };
        const granted = { workflowId, input, subject: owner, roles: [] };
        const grant = await sagaGrants.mint(sagaGrantOf(contract, { ...granted, ...times }));
        await underGrant(grant, () =>
          connection.withDeadline(Date.now() + rpcMs, () =>
            reacting(pending, () => workflow.start(saga, options)),
          ),
        );
        return 'started';
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'exists';
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

/** What an event leads to is a trace of its own, linked to the one of the event. */
function reacting<Result>(
  { reaction, row }: Pending,
  work: () => Promise<Result>,
): Promise<Result> {
  return inSpan(`react ${reaction}`, { root: true, causes: [row.traceparent] }, work);
}

/** No person asked for it: the saga belongs to the reaction, and operators see it. */
export function ownerOf(reaction: string): string {
  return pseudonymOf('holdfast/reactions', reaction);
}

/** Text that Temporal's queries say the same on every database behind it. */
const plain = /^[^'\\]*$/;

/** What Temporal is asked for: what runs of a saga, and where that can be said, under its business key. */
export function runningQuery(saga: string, taskQueue: string, businessKey: string): string {
  const { name, businessKey: key } = startAttributes;
  const terms = { [name.name]: saga, TaskQueue: taskQueue, ExecutionStatus: 'Running' };
  return Object.entries(plain.test(businessKey) ? { ...terms, [key.name]: businessKey } : terms)
    .map(([term, value]) => `${term} = '${value}'`)
    .join(' AND ');
}

/** Workflow ids of those that have the business key: the saga, or its recovery. */
export async function runningWith(
  found: AsyncIterable<Pick<WorkflowExecutionInfo, 'workflowId' | 'memo'>>,
  businessKey: string,
): Promise<readonly string[]> {
  const running: string[] = [];
  for await (const { workflowId, memo } of found) {
    if ((memo as Partial<SagaMemo> | undefined)?.businessKey !== businessKey) continue;
    if (running.push(workflowId) === sagasMax) break;
  }
  return running;
}

/** The event as an act of its reaction in one saga. */
export async function signedTelling(
  grants: GrantMinter,
  { reaction, row }: PendingTell,
  { as, workflowId }: { readonly as: string; readonly workflowId: string },
): Promise<SignedVerb> {
  const { jti, wait: step, input, eventId } = row;
  const act = { jti, step, input, reason: `event ${eventId}` };
  const person = { actor: ownerOf(reaction), roles: [as] };
  const grant = await grants.mint({ ...act, verb: 'deliver', workflowId }, person);
  return { ...act, grant };
}

/** Hands a saga what it may wait for. */
export function deliver(
  saga: Pick<WorkflowHandle, 'executeUpdate'>,
  signed: SignedVerb,
): Promise<'told' | 'nobody' | 'refused'> {
  // Temporal answers an id that it has seen with what it answered then, refusals too; the act's own identity is `jti`.
  const updateId = `${signed.jti}-${randomUUID().slice(0, 8)}`;
  return saga
    .executeUpdate<VerbAnswer, [SignedVerb]>('deliver', { args: [signed], updateId })
    .then(heardBy, refusedBy);
}

function heardBy(answer: VerbAnswer): 'told' | 'nobody' {
  return answer === 'accepted' ? 'told' : 'nobody';
}

/** The saga does not wait for it: not yet, not any more, or it has been taken over just now. */
const notNow: ReadonlySet<string> = new Set([
  ...['NOT_AWAITED', 'VERB_IN_PROGRESS', 'STEP_FENCED', 'SAGA_FINISHED'],
]);

function refusedBy(error: unknown): 'nobody' | 'refused' {
  if (error instanceof WorkflowNotFoundError) return 'nobody';
  if (!(error instanceof WorkflowUpdateFailedError)) throw error;
  const { type = '' } = (error.cause ?? {}) as { readonly type?: string };
  return notNow.has(type) ? 'nobody' : 'refused';
}
