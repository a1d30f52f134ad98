import { condition } from '@temporalio/workflow';
import type { MessageKind, StepMessage } from '../../kernel/step';
import { sagaLimits } from '../limits';
import { epochOfCounter, sent } from '../plan/epochs';
import type { Outcome } from '../plan/moves';
import { never } from './saga-run';
import type { EngineStep, SagaRun } from './saga-run';
import { send } from './send';
import type { SendBounds } from './send';

/** Runs of a saga are generation 0; each recovery of it takes the next one. */
const generation = 0;

/** Sends one message of a step under the epoch the rules give it. Never resolves once another run is in charge. */
export async function sendStep(
  run: SagaRun,
  step: EngineStep,
  kind: MessageKind,
  bounds: SendBounds,
): Promise<Outcome> {
  if (run.halted !== undefined) return never();
  const counter = sent(run.step(step.name).counter, kind);
  run.change(step.name, { counter });
  const descriptor = kind === 'undo' && step.undo !== undefined ? step.undo : step.command;
  const { participant } = descriptor;
  const message: StepMessage = {
    ...envelopeOf(run),
    step: step.name,
    kind,
    epoch: epochOfCounter(generation, counter),
    command: descriptor.command,
    input: descriptor.input,
  };
  const outcome = await send(message, participant, {
    taskQueue: `${participant}${run.queueSuffix}`,
    summary: kind === 'forward' ? step.name : `${kind} ${step.name}`,
    bounds,
  });
  return isInCharge(run) ? outcome : never();
}

/** The members every message of a saga carries. */
export function envelopeOf(
  run: SagaRun,
): Pick<StepMessage, 'sagaId' | 'run' | 'saga' | 'correlationId' | 'owner'> {
  return {
    sagaId: run.sagaId,
    run: run.runId,
    saga: run.name,
    correlationId: run.workflowId,
    owner: run.start.owner,
  };
}

/** A message that must get through: sent again, after a growing pause, until `isAnswer` says so. */
export async function insist(
  sendOnce: () => Promise<Outcome>,
  options: {
    readonly isAnswer: (outcome: Outcome) => boolean;
    readonly summary: string;
    /** Told of every fault that Temporal's own retries gave up on. */
    readonly onTrouble?: (outcome: Outcome) => void;
    /** Ends a pause early, for example because a person asked. */
    readonly hurry?: () => boolean;
  },
): Promise<Outcome> {
  for (let pauseMs: number = sagaLimits.stubbornPauseMs; ; pauseMs = nextPause(pauseMs)) {
    const outcome = await sendOnce();
    if (options.isAnswer(outcome)) return outcome;
    options.onTrouble?.(outcome);
    await condition(options.hurry ?? (() => false), pauseMs, { summary: options.summary });
  }
}

function nextPause(pauseMs: number): number {
  return Math.min(pauseMs * 2, sagaLimits.stubbornPauseMaxMs);
}

function isInCharge(run: SagaRun): boolean {
  return run.halted === undefined;
}
