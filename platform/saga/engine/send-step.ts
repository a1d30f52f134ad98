import type { MessageKind, StepMessage } from '../../kernel/step';
import { sagaLimits } from '../limits';
import type { Outcome } from '../plan/moves';
import type { StepRoute } from '../wire';
import { never } from './saga-run';
import type { EngineStep, SagaRun } from './saga-run';
import { send } from './send';
import type { SendBounds } from './send';

/** Sends one message of a step. Never resolves once another run is in charge. */
export async function sendStep(
  run: SagaRun,
  step: EngineStep,
  what: { readonly message: MessageKind; readonly epoch: number },
  bounds: SendBounds,
): Promise<Outcome> {
  if (run.halted !== undefined) return never();
  const isUndo = what.message === 'undo' && step.undo !== undefined;
  const descriptor = isUndo ? step.undo : step.command;
  const { participant, command, input } = descriptor;
  const { message: kind, epoch } = what;
  const message: StepMessage = {
    ...envelopeOf(run),
    ...{ step: step.name, kind, epoch, command, input },
    plan: planOf(run, step),
  };
  const outcome = await send(message, participant, {
    taskQueue: `${participant}${run.queueSuffix}`,
    summary: kind === 'forward' ? step.name : `${kind} ${step.name}`,
    group: step.name,
    bounds: { ...step.patience, ...bounds },
    pace: run.pace,
    ...routeOf(run),
  });
  return run.halted === undefined ? outcome : never();
}

/** How the messages of a saga go first. */
export function routeOf({ start }: SagaRun): { readonly first?: StepRoute } {
  return start.steps === undefined ? {} : { first: start.steps };
}

function planOf(run: SagaRun, { name, kind, undo }: EngineStep): NonNullable<StepMessage['plan']> {
  const order = run.machine.steps.findIndex((step) => step.name === name);
  if (undo === undefined) return { kind, order };
  const { participant, command, input } = undo;
  return { kind, order, undo: { participant, command, input } };
}

/** The members every message of a saga carries. */
export function envelopeOf(
  run: SagaRun,
): Pick<StepMessage, 'sagaId' | 'run' | 'saga' | 'correlationId' | 'owner'> {
  return {
    sagaId: run.sagaId,
    run: run.runId,
    saga: run.name,
    correlationId: run.start.family ?? run.workflowId,
    owner: run.start.owner,
  };
}

/** The next pause of something that must get through: twice as long, to a bound. */
export function nextPause(pauseMs: number): number {
  return Math.min(pauseMs * 2, sagaLimits.stubbornPauseMaxMs);
}
