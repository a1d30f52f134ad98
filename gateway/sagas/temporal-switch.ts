import type { WorkflowClient } from '@temporalio/client';
import { switchWorkflow } from '../../platform/saga/verbs';
import type { SwitchAnswer, SwitchRequest } from '../../platform/saga/verbs';
import type { Delivery } from './engine';
import type { SwitchEngine } from './switches';

/** How the gateway asks Temporal, and what it makes of its failures. */
export interface SwitchPorts {
  readonly workflow: Pick<WorkflowClient, 'execute' | 'getHandle'>;
  readonly taskQueue: string;
  readonly within: <Found>(ms: number, ask: () => Promise<Found>) => Promise<Found>;
  readonly nameOf: (error: unknown) => string;
  /** The problem for an engine that is away. */
  readonly unavailable: (cause: unknown) => Error;
  readonly limits: { readonly updateMs: number; readonly queryMs: number };
}

/** The code a failed workflow carries: the innermost failure that has a type. */
function codeOf(error: unknown): { readonly code: string; readonly detail: string } | undefined {
  const {
    cause,
    type,
    message = '',
  } = error as { cause?: unknown; type?: string; message?: string };
  const inner = cause === undefined || cause === error ? undefined : codeOf(cause);
  if (inner !== undefined) return inner;
  return typeof type === 'string' ? { code: type, detail: message } : undefined;
}

/** What the failure of a workflow that carries out one act means to whoever asked for it. */
export function workflowDelivery(
  { nameOf, unavailable }: Pick<SwitchPorts, 'nameOf' | 'unavailable'>,
  busy: string,
): (error: unknown) => Delivery {
  return (error) => {
    const name = nameOf(error);
    if (name === 'WorkflowExecutionAlreadyStartedError') {
      return { kind: 'rejected', code: 'VERB_IN_PROGRESS', detail: busy };
    }
    if (name === 'WorkflowFailedError') {
      const found = codeOf(error);
      return found === undefined ? { kind: 'no-worker' } : { kind: 'rejected', ...found };
    }
    const { code } = error as { code?: unknown };
    if (code === 4) return { kind: 'no-worker' };
    throw unavailable(error);
  };
}

/**
 * Switches behind one workflow id: turns come one after the other, and the last run's result is what stands. Reading
 * starts a run where the last one failed, or where Temporal has none any more: the journal remembers a switch for
 * longer than Temporal remembers who turned it. The time limit is no hazard here: the workflow is no saga, and its one
 * record is in the journal.
 */
export function switchEngine(ports: SwitchPorts): SwitchEngine {
  const { workflow, taskQueue, within, nameOf, unavailable, limits } = ports;
  const deliveryOf = workflowDelivery(ports, 'another switch is being turned');
  /** Who reads may share a run with others; who turns may not: it would be another's turn. */
  const run = (request: SwitchRequest, among: 'FAIL' | 'USE_EXISTING'): Promise<unknown> =>
    within(limits.updateMs + 1_000, () =>
      workflow.execute(switchWorkflow, {
        ...{ workflowId: switchWorkflow, taskQueue, args: [request] },
        workflowIdConflictPolicy: among,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowExecutionTimeout: limits.updateMs,
      }),
    );
  const lastResult = () =>
    within(limits.queryMs, () => workflow.getHandle(switchWorkflow).result() as Promise<unknown>);
  return {
    async lastSwitch() {
      try {
        return (await lastResult()) as SwitchAnswer;
      } catch (error) {
        // Nobody turned one within Temporal's retention, or the last turn was refused or cut short.
        const isOver = ['WorkflowNotFoundError', 'WorkflowFailedError'].includes(nameOf(error));
        if (!isOver) throw unavailable(error);
        return run({}, 'USE_EXISTING').catch((cause: unknown) => {
          throw unavailable(cause);
        }) as Promise<SwitchAnswer>;
      }
    },
    turnSwitch: (request) =>
      run(request, 'FAIL').then((answer): Delivery => ({ kind: 'answered', answer }), deliveryOf),
  };
}
