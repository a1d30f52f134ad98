import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { unreachableReason } from '../machine/machine';
import { epochOfStep, isWait, parkedCondition } from '../machine/state';
import type { MachineStep, Phase } from '../machine/state';
import { verbsOf } from '../machine/verbs';
import { timelineOf } from '../plan/timeline';
import type { AwaitedView, ParkedView, SagaState, SagaView, StepStatus, StepView } from '../wire';
import type { SagaRun } from './saga-run';

const sagaState = defineSearchAttributeKey('SagaState', 'KEYWORD');
const sagaStep = defineSearchAttributeKey('SagaStep', 'KEYWORD');
const parkedReason = defineSearchAttributeKey('ParkedReason', 'KEYWORD');

/** The saga as the query `saga` answers it. */
export function viewOf(run: SagaRun): SagaView {
  const { turn } = run.machine.direction;
  return {
    sagaId: run.sagaId,
    saga: run.name,
    businessKey: run.start.businessKey,
    owner: run.start.owner,
    state: stateOf(run),
    startedAt: run.startedAt,
    ...(run.finishedAt === undefined ? {} : { finishedAt: run.finishedAt }),
    steps: stepsOf(run),
    parked: parkedOf(run),
    awaiting: awaitingOf(run),
    ...(run.machine.paused ? { paused: true } : {}),
    generation: run.machine.generation,
    notes: [...run.notes],
    ...(turn === undefined ? {} : { reason: turn.reason }),
  };
}

/** The state everybody sees; parked wins over the direction. */
export function stateOf(run: SagaRun): SagaState {
  if (run.finishedAt !== undefined && run.ending !== undefined) return run.ending.outcome;
  const { steps, mode, direction } = run.machine;
  const isParked = run.unanswered.size > 0 || steps.some((step) => parkedCondition(step));
  if (mode === 'halted' || isParked) return 'parked';
  return direction.turn === undefined ? 'running' : 'compensating';
}

/** Every step that was started, in order. */
export function stepsOf(run: SagaRun): readonly StepView[] {
  return run.machine.steps.map((step) => {
    const known = run.steps.get(step.name);
    const wait = run.waits.get(step.name);
    const times = run.times.get(step.name) ?? { startedAt: run.startedAt };
    const kind = isWait(step.kind) ? 'approval' : step.kind;
    const asked = wait === undefined ? known?.command.participant : participantOf(wait.kind);
    const participant = step.kind === 'hold' ? 'parent' : asked;
    const child = run.children.get(step.name);
    return {
      ...{ name: step.name, kind, status: statusOf(step), epoch: epochOfStep(run.machine, step) },
      participant: participant ?? '',
      command: known?.command.command ?? wait?.role ?? '',
      ...times,
      ...(step.reason === '' ? {} : { reason: step.reason }),
      ...(step.phase === 'left' ? { leftInPlace: true } : {}),
      ...(step.external ? { external: true } : {}),
      ...(child === undefined ? {} : { child }),
    };
  });
}

const participantOf = (kind: 'approval' | 'event') => (kind === 'approval' ? 'people' : 'events');

const statuses: Record<Exclude<Phase, 'failed' | 'settling'>, StepStatus> = {
  recovered: 'started',
  going: 'started',
  waiting: 'started',
  parked: 'parked',
  ready: 'started',
  done: 'done',
  skipped: 'skipped',
  undoing: 'undoing',
  undone: 'undone',
  left: 'skipped',
};

function statusOf(step: MachineStep): StepStatus {
  if (step.phase === 'settling') return step.unsettled ? 'parked' : 'settling';
  if (step.phase !== 'failed') return statuses[step.phase];
  return step.refused ? 'refused' : 'failed';
}

function parkedOf(run: SagaRun): readonly ParkedView[] {
  const unanswered = [...run.unanswered].map(([step, { reason, since }]): ParkedView => {
    const why = { direction: 'forward', condition: 'unsettled', reason } as const;
    return { step, ...why, since, verbs: ['retry'] };
  });
  return [...unanswered, ...parkedSteps(run)];
}

function parkedSteps(run: SagaRun): readonly ParkedView[] {
  const parked = run.machine.steps.flatMap((step): ParkedView[] => {
    const condition = parkedCondition(step);
    if (condition === undefined) return [];
    const reason = condition === 'unsettled' ? unreachableReason : step.reason;
    const since = run.parkedSince.get(step.name) ?? run.startedAt;
    const verbs = verbsOf(run.machine, step);
    return [{ step: step.name, direction: step.side, condition, reason, since, verbs }];
  });
  if (run.halted === undefined) return parked;
  const [[step, since] = ['', run.startedAt]] = [...run.parkedSince].slice(-1);
  const why = { direction: 'forward', condition: 'unsettled', reason: run.halted } as const;
  return [...parked, { step, ...why, since, verbs: [] }];
}

function awaitingOf(run: SagaRun): readonly AwaitedView[] {
  return [...run.waits.values()]
    .filter((wait) => run.isWaiting(wait.name))
    .map(({ name, kind, role, amountCents, untilMs }) => ({
      ...{ step: name, kind, role },
      ...(amountCents === undefined ? {} : { amountCents }),
      until: new Date(untilMs ?? Date.now()).toISOString(),
    }));
}

/** Tells the story in the current details; no history event, so every transition may. */
export function showTransition(run: SagaRun): void {
  setCurrentDetails(timelineOf(viewOf(run)));
}

/**
 * Writes the search attributes. Each write is an event of the history, so only what people search for is written:
 * turning back, parking, being repaired, the end.
 */
export function showInVisibility(run: SagaRun): void {
  const [parked] = parkedOf(run);
  upsertSearchAttributes([
    { key: sagaState, value: stateOf(run) },
    { key: sagaStep, value: parked?.step ?? run.machine.steps.at(-1)?.name ?? null },
    { key: parkedReason, value: parked?.reason ?? null },
  ]);
  showTransition(run);
}
