import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { SagaView } from '../wire';
import { stepView } from '../plan/book';
import { timelineOf } from '../plan/timeline';
import type { SagaRun } from './saga-run';

const sagaState = defineSearchAttributeKey('SagaState', 'KEYWORD');
const sagaStep = defineSearchAttributeKey('SagaStep', 'KEYWORD');
const parkedReason = defineSearchAttributeKey('ParkedReason', 'KEYWORD');

/** The saga as the query `saga` answers it. */
export function viewOf(run: SagaRun): SagaView {
  return {
    sagaId: run.sagaId,
    saga: run.name,
    businessKey: run.start.businessKey,
    owner: run.start.owner,
    state: run.state,
    startedAt: run.startedAt,
    ...(run.finishedAt === undefined ? {} : { finishedAt: run.finishedAt }),
    steps: run.book.map(stepView),
    parked: run.parked.map(({ step, direction, condition, reason, since }) => ({
      step,
      direction,
      condition,
      reason,
      since,
    })),
    ...(run.direction.turn === undefined ? {} : { reason: run.direction.turn.reason }),
  };
}

/** Tells the story in the current details; no history event, so every transition may. */
export function showTransition(run: SagaRun): void {
  setCurrentDetails(timelineOf(viewOf(run), run.notes));
}

/**
 * Writes the search attributes. Each write is an event of the history, so only what people search for is written:
 * turning back, parking, being repaired, the end.
 */
export function showInVisibility(run: SagaRun): void {
  const [parked] = run.parked;
  upsertSearchAttributes([
    { key: sagaState, value: run.state },
    { key: sagaStep, value: parked?.step ?? run.book.at(-1)?.name ?? null },
    { key: parkedReason, value: run.halted ?? parked?.reason ?? null },
  ]);
  showTransition(run);
}
