import path from 'node:path';
import { buildWorkflowBundle } from '../../../platform/saga/bundle';
import { sagaAggregate } from '../../../platform/saga/journal/state';
import type { JournalEntry } from '../../../platform/saga/journal/state';
import { startRecovery } from '../../../platform/saga/orchestrate/engine-activities';
import type { SagaView } from '../../../platform/saga/wire';
import { projectRoot } from '../../../platform/runtime/paths';
import { eventually } from '../../support/eventually';
import { startSagaWorld } from './saga-world';
import type { StartedSaga } from './saga-world';
import type { WorldGrants } from './test-journal';

/** Workflow ids of the sagas that a saga has as steps. */
export const childrenOf = (view: SagaView) => view.steps.flatMap(({ child }) => child ?? []);

/** Builds the bundle of the family sagas. */
export async function buildFamilyBundle(bundle: string): Promise<void> {
  const source = `family-sagas${path.extname(__filename)}`;
  const workflowsPath = path.join(__dirname, '..', 'fixtures', source);
  await buildWorkflowBundle(bundle, { workflowsPath });
}

/** A world that runs the family sagas, and what their tests ask of it. */
export async function startFamilyWorld(name: string, grants?: WorldGrants) {
  const bundle = path.join(projectRoot, 'dist', `${name}-bundle.js`);
  await buildFamilyBundle(bundle);
  const world = await startSagaWorld(bundle, grants && (async () => grants));
  async function entryOf(workflowId: string): Promise<JournalEntry> {
    const found = await world.journalStore.readAggregate(sagaAggregate(workflowId));
    return found?.state as JournalEntry;
  }
  return {
    world,
    entryOf,
    /** Reserved items of every saga, net. */
    standing(): number {
      const nets = world.participants.allNets().filter(([step]) => step.startsWith('reserve'));
      return nets.reduce((sum, [, net]) => sum + net, 0);
    },
    /** How the children of a saga ended, by the journal. */
    async outcomesOf(saga: StartedSaga): Promise<string[]> {
      const entries = await Promise.all(childrenOf(await saga.view()).map(entryOf));
      return entries.map(({ outcome, status }) => outcome ?? status);
    },
    /** Waits until a message of this step is at its participant, answered or not. */
    async arrived(saga: StartedSaga, step: string): Promise<void> {
      const { arrivals } = world.participants;
      const isThere = () => arrivals.some((it) => it.step === step && it.sagaId === saga.sagaId);
      await eventually(() => expect(isThere()).toBe(true));
    },
    /** Terminates the latest run of a saga, and asks for its recovery. */
    async recoverAfterEnd(of: Pick<StartedSaga, 'handle' | 'sagaId'>, saga: string) {
      const { workflowId } = of.handle;
      await world.env.client.workflow.getHandle(workflowId).terminate('by hand');
      const target = { workflowId, sagaId: of.sagaId, saga, reason: 'TERMINATED' };
      await startRecovery(world.env.client, target, 'sagastest');
    },
  };
}

/** The family world, as a test holds it. */
export type FamilyWorld = Awaited<ReturnType<typeof startFamilyWorld>>;
