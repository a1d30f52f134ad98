import { condition } from '@temporalio/workflow';
import { sagaLimits } from '../limits';
import { undoable } from '../plan/book';
import { afterUndo, afterUndoSettled } from '../plan/moves';
import type { Outcome } from '../plan/moves';
import { wavesBack } from '../plan/way-back';
import { halt, park, settle, unpark } from './park';
import type { EngineStep, SagaRun } from './saga-run';
import { withPatience } from './send';
import { sendStep } from './step-messages';

/**
 * Undoes every compensatable step ever started, wave by wave. Returns when nothing is left but what
 * a person skipped.
 */
export async function unwind(run: SagaRun): Promise<void> {
  for (const wave of wavesBack(undoable(run.book))) {
    await Promise.all(wave.map((name) => undo(run, run.steps.get(name)!)));
  }
}

async function undo(run: SagaRun, step: EngineStep): Promise<void> {
  for (;;) {
    run.change(step.name, { status: 'undoing' });
    const outcome = await sendUndo(run, step);
    const move = afterUndo(outcome);
    if (move.do === 'resolve') return run.end(step.name, 'undone');
    if (move.do === 'halt') return halt(run, step, 'undo', move.reason);
    const reason = 'reason' in move ? move.reason : outcome.kind;
    const settled = await settle(run, step, 'undo');
    if (afterUndoSettled(settled.answer, reason).do === 'resolve') {
      return run.end(step.name, 'undone');
    }
    if (settled.retryAsked) continue;
    if ((await parkedUndo(run, step, reason)) === 'skip') return run.end(step.name, 'skipped');
  }
}

/** Long retries; afterwards the undo is not dropped but settled, and parks if its effect still stands. */
function sendUndo(run: SagaRun, step: EngineStep): Promise<Outcome> {
  const { undoPatienceMs, undoAttemptsMax } = sagaLimits;
  return run.sending.run(() =>
    withPatience(undoPatienceMs, `patience with undo ${step.name}`, () =>
      sendStep(run, step, 'undo', { attemptsMax: undoAttemptsMax }),
    ),
  );
}

async function parkedUndo(run: SagaRun, step: EngineStep, reason: string) {
  const entry = await park(run, step, { direction: 'undo', condition: 'effect-stands', reason });
  await condition(() => entry.verb !== undefined);
  unpark(run, entry);
  return entry.verb;
}
