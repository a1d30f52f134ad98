import { Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { lazyTemporal } from '../platform/host/lazy-temporal';
import type { PendingStart } from '../platform/reactions/starter';
import type { Config } from '../platform/runtime/config';
import { sagaStartOptions } from '../platform/saga/start-options';
import { pseudonymOf } from '../platform/security/pseudonym';
import type { SagaContract } from '../platform/saga/contract';

/** Deadline of a start, milliseconds. */
const rpcMs = 4_000;

/** Temporal, as far as a reaction needs it. */
export interface ReactionEngine {
  /** Starts the saga, or says that its workflow id was used before. Throws when Temporal gives no answer in time. */
  start(pending: PendingStart, contract: SagaContract): Promise<'started' | 'exists'>;
  close(): Promise<void>;
}

/** Opens the engine as this process; nothing connects before the first start. */
export function openReactionEngine(config: Config): ReactionEngine {
  const connection = lazyTemporal(config);
  const { workflow } = new Client({ connection, namespace: config.HOLDFAST_TEMPORAL_NAMESPACE });
  const taskQueue = `sagas${config.HOLDFAST_INSTANCE}`;
  return {
    async start({ reaction, row }, contract) {
      const { workflowId, saga, input, businessKey, requestHash } = row;
      const deadlineAtMs = Date.now() + contract.deadlineMs;
      const owner = ownerOf(reaction);
      const start = { input, owner, businessKey, requestHash, deadlineAtMs };
      const options = {
        ...sagaStartOptions({ saga, start, taskQueue, title: contract.title }),
        ...{ workflowId, workflowIdConflictPolicy: 'FAIL' as const },
      };
      try {
        await connection.withDeadline(Date.now() + rpcMs, () => workflow.start(saga, options));
        return 'started';
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'exists';
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

/** No person asked for it: the saga belongs to the reaction, and operators see it. */
export function ownerOf(reaction: string): string {
  return pseudonymOf('holdfast/reactions', reaction);
}
