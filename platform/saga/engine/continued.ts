import type { MachineState } from '../machine/state';
import type { EngineStep, StepTimes } from './saga-run';

/** What a run hands to the next run of its saga, when the saga function asks for one. Plain data, without inputs. */
export interface ContinuedSaga {
  /** When the first run was started. */
  readonly startedAt: string;
  readonly machine: MachineState;
  readonly steps: readonly EngineStep[];
  /** Names of decisions and events that were awaited. */
  readonly waits: readonly string[];
  readonly times: readonly (readonly [step: string, times: StepTimes])[];
  /** Workflow ids of the steps that are sagas. */
  readonly children: readonly (readonly [step: string, child: string])[];
  readonly notes: readonly string[];
}

/** Places that the runs before have used: what comes now is undone before all of it. */
export function positionsBefore({ continued }: { readonly continued?: ContinuedSaga }): number {
  const places = continued?.machine.steps.map(({ place }) => Number(place[0]) + 1) ?? [];
  return places.reduce((most, position) => Math.max(most, position), 0);
}
