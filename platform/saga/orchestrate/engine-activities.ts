import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Json } from '../../kernel/json';
import type { ServiceStore } from '../../outbox/ports';
import type { ChildVerdict } from '../children/commands';
import type { EngineActivities, JournaledRequest, RecoveryTarget } from '../engine/activities';
import type { JournalEntry, JournalState } from '../journal/state';
import { sagaAggregate } from '../journal/state';
import { journalPrefix } from '../plan/names';
import { recoveryIdOf, sagaSearchAttributes, workflowIdOf } from '../wire';
import type { SagaParent } from '../wire';
import { endRun, readRemains } from './close-and-read';

/** What the engine's activities need of the process they run in. */
export interface OrchestratorParts {
  /** The journal's own database. */
  readonly journal: Pick<ServiceStore<unknown>, 'readAggregate' | 'readStepRecord'>;
  /** Turns and reads the switches of saga types. */
  readonly turnSwitch: EngineActivities['turnSwitch'];
  /** Revokes what was granted for a person. */
  readonly revokeGrants: EngineActivities['revokeGrants'];
  /** Looks at a grant at the point of no return. */
  readonly checkGrant: EngineActivities['checkGrant'];
  /** Every participant a saga may have, the journal too: asked when nothing else says which ones it had. */
  readonly participants: readonly string[];
}

/** Activities of the orchestrator's own worker, beside the journal's. They use the connection of that worker. */
export function createEngineActivities(parts: OrchestratorParts): EngineActivities {
  return {
    async requestCancellation({ workflowId, runId }) {
      await Context.current().client.workflow.getHandle(workflowId, runId).cancel();
    },
    async requestRecovery(target) {
      const { client, info } = Context.current();
      await startRecovery(client, target, info.taskQueue);
    },
    endRun: (target) => endRun(Context.current().client, target),
    readRemains: (target) => readRemains(Context.current().client, target, target),
    readRequest: (target) => readRequest(parts, target),
    readVerdict: ({ workflowId }) => readVerdict(parts, workflowId),
    turnSwitch: (request) => parts.turnSwitch(request),
    revokeGrants: (request) => parts.revokeGrants(request),
    checkGrant: (saga) => parts.checkGrant(saga),
  };
}

/** Starts the recovery of a saga on its queue, unless one is open. It is found in lists like the saga itself. */
export async function startRecovery(
  client: Client,
  target: RecoveryTarget,
  taskQueue: string,
): Promise<void> {
  const described = await describe(client, target.workflowId);
  const before = await describe(client, recoveryIdOf(target.sagaId));
  const asked = before === undefined ? target : { ...target, before: before.runId };
  try {
    await client.workflow.start('recover', {
      taskQueue,
      workflowId: recoveryIdOf(target.sagaId),
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      args: [asked],
      staticSummary: `Recovery of ${target.workflowId} (${target.reason})`,
      ...(described?.memo === undefined ? {} : { memo: described.memo }),
      ...(described === undefined
        ? {}
        : { typedSearchAttributes: described.typedSearchAttributes }),
    });
  } catch (error) {
    if ((error as Error).name !== 'WorkflowExecutionAlreadyStartedError') throw error;
  }
}

async function describe(client: Client, workflowId: string) {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { memo, typedSearchAttributes, runId } = await handle.describe();
    const known: readonly string[] = sagaSearchAttributes;
    const own = typedSearchAttributes.getAll().filter(({ key }) => known.includes(key.name));
    return { memo, typedSearchAttributes: own, runId };
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return undefined;
    throw error;
  }
}

/** The saga of a workflow id, as the journal knows it. */
async function sagaIn(
  journal: Pick<OrchestratorParts['journal'], 'readAggregate'>,
  workflowId: string,
): Promise<JournalEntry | undefined> {
  const found = await journal.readAggregate(sagaAggregate(workflowId));
  const state = found?.state as JournalState | undefined;
  return state?.kind === 'saga' ? state : undefined;
}

async function readRequest(
  { journal, participants }: OrchestratorParts,
  { workflowId, sagaId }: RecoveryTarget,
): Promise<JournaledRequest> {
  const entry = await sagaIn(journal, workflowId);
  const row = await journal.readStepRecord({ sagaId, step: `${journalPrefix}started` });
  if (entry === undefined || row === undefined) throw new Error(`no journal of ${sagaId}`);
  const known = (row.result ?? {}) as { readonly input?: Json; readonly startedAt?: string };
  const { owner, businessKey, requestHash, deadlineAt, parent } = entry;
  const { input = null, startedAt = row.recordedAt ?? deadlineAt } = known;
  const child = parent === undefined ? {} : { parent, family: await familyOf(journal, parent) };
  return { input, owner, businessKey, requestHash, deadlineAt, startedAt, participants, ...child };
}

/** Workflow id of the saga that a child's parents, one after the other, lead to. */
export async function familyOf(
  journal: Pick<OrchestratorParts['journal'], 'readAggregate'>,
  { sagaId }: SagaParent,
): Promise<string> {
  const workflowId = workflowIdOf(sagaId);
  const parent = (await sagaIn(journal, workflowId))?.parent;
  return parent === undefined ? workflowId : familyOf(journal, parent);
}

/**
 * What was decided about a child saga. A parent that has ended without a word decided by its end: what it left standing
 * stands, everything else goes back.
 */
async function readVerdict(
  { journal }: OrchestratorParts,
  workflowId: string,
): Promise<{ readonly verdict?: ChildVerdict }> {
  const child = await sagaIn(journal, workflowId);
  if (child?.verdict !== undefined) return { verdict: child.verdict };
  const { sagaId = '', step = '' } = child?.parent ?? {};
  const parent = await sagaIn(journal, workflowIdOf(sagaId));
  if (parent?.status !== 'finished') return {};
  return { verdict: parent.standing?.includes(step) === true ? 'release' : 'unwind' };
}
