import { sagaMessages } from '../../../platform/saga/wire';
import type { SagaResult, SagaView } from '../../../platform/saga/wire';
import type { SagaWorld, StartedSaga } from '../support/saga-world';

/** One run worth keeping: what happens to a saga from its start to its end. */
export interface Scenario {
  /** File name of its history: `<saga>.<what happens>`; also the business key it was recorded under. */
  readonly name: string;
  /** Fixtures that use what no shipped saga does. Absent: its world runs the shipped sagas. */
  readonly sagas?: 'family';
  run(world: SagaWorld): Promise<StartedSaga>;
}

/** Workflow id of a scenario's run. */
export function workflowIdOf(name: string): string {
  return `${name.split('.')[0]}:${name}`;
}

/** A step's name as a part of a file name. */
export function slug(step: string): string {
  return step.replaceAll(' ', '-');
}

/** Another run of the same scenario, or another saga of the same family, in place of the one that was started. */
export function at(
  world: SagaWorld,
  started: StartedSaga,
  of: { workflowId: string; runId?: string },
) {
  const handle = world.env.client.workflow.getHandle(of.workflowId, of.runId);
  const view = () => handle.query<SagaView>(sagaMessages.view);
  return { ...started, handle, view, result: () => handle.result() as Promise<SagaResult> };
}
