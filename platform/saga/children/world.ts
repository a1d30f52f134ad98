import { Context } from '@temporalio/activity';
import type { Json } from '../../kernel/json';
import type { StepAnswer, StepMessage } from '../../kernel/step';
import type { ServiceStore } from '../../outbox/ports';
import type { StepParticipant } from '../../participant/handle';
import { journal } from '../journal/contract';
import { sagaAggregate } from '../journal/state';
import { journalPrefix } from '../plan/names';
import { sagaStartOptions } from '../start-options';
import { recoveryIdOf, sagaMessages } from '../wire';
import type { SagaStart } from '../wire';
import type { ParentOf } from './calls';
import type { ChildVerdict } from './commands';
import type { ChildWorld } from './outside';

/** The journal's own parts, as far as a child is concerned. */
export interface ChildJournal {
  readonly store: Pick<ServiceStore<unknown>, 'readAggregate' | 'readStepRecord'>;
  readonly participant: Pick<StepParticipant, 'handle'>;
}

/**
 * The world of child sagas inside the journal's worker: its own store and participant, and the Temporal client of the
 * activity at hand. Children go the way that this process is told, whichever way their parents go.
 */
export function childWorld(
  journalOf: () => ChildJournal,
  steps: Pick<SagaStart, 'steps'> = {},
): ChildWorld {
  return {
    async find(child) {
      const found = await journalOf().store.readAggregate(sagaAggregate(child));
      const state = found?.state as Awaited<ReturnType<ChildWorld['find']>>;
      return state;
    },
    async resultOf({ sagaId, heldBy = 0 }) {
      const step = `${journalPrefix}${heldBy === 0 ? '' : `${heldBy}.`}held`;
      const row = await journalOf().store.readStepRecord({ sagaId, step });
      return ((row?.result ?? {}) as { readonly result?: Json }).result ?? null;
    },
    async rule(child, verdict, parent) {
      const found = await this.find(child);
      if (found?.kind === 'saga') await rule(journalOf().participant, found, { verdict, parent });
    },
    async shut(child, reason) {
      const { command, input } = journal.shut({ workflowId: child, reason });
      const message = {
        sagaId: `${child}/-`,
        step: `${journalPrefix}shut:${reason}`,
        command,
        input,
      };
      // Refused where the child has started meanwhile: whoever asks looks again.
      await journalOf().participant.handle({ ...message, ...byItself(child) });
    },
    start: (saga, child, start) => startChild(saga, child, { ...start, ...steps }),
    nudge: ({ workflowId, sagaId }) => nudge([workflowId, recoveryIdOf(sagaId)]),
    attempt: () => Context.current().info.attempt,
    isCancelled: () => Context.current().cancellationSignal.aborted,
  };
}

/** Envelope of a record that no run of a saga writes. */
function byItself(workflowId: string) {
  const own = { saga: '', owner: '', run: 'children', correlationId: workflowId };
  return { ...own, kind: 'forward', epoch: 0 } as const;
}

async function rule(
  participant: ChildJournal['participant'],
  child: ParentOf,
  { verdict, parent }: { readonly verdict: ChildVerdict; readonly parent: ParentOf },
): Promise<StepAnswer> {
  const { sagaId, saga, workflowId } = child;
  const identity = { sagaId, saga, workflowId };
  const { command, input } = journal.ruled({ ...identity, verdict, parent: parent.sagaId });
  const message: StepMessage = {
    ...byItself(workflowId),
    ...{ sagaId, step: `${journalPrefix}ruled:${verdict}`, command, input },
  };
  return participant.handle(message);
}

async function startChild(saga: string, child: string, start: SagaStart): Promise<boolean> {
  const { client, info } = Context.current();
  const { taskQueue } = info;
  try {
    await client.workflow.start(saga, {
      ...sagaStartOptions({ saga, start, taskQueue, title: saga }),
      workflowId: child,
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    return true;
  } catch (error) {
    if ((error as Error).name === 'WorkflowExecutionAlreadyStartedError') return false;
    throw error;
  }
}

async function nudge(workflowIds: readonly string[]): Promise<void> {
  const { workflow } = Context.current().client;
  for (const workflowId of workflowIds) {
    try {
      await workflow.getHandle(workflowId).signal(sagaMessages.verdict);
    } catch (error) {
      // Closed or forgotten: the sweeper starts a recovery, and a recovery looks into the journal by itself.
      if ((error as Error).name !== 'WorkflowNotFoundError') throw error;
    }
  }
}
