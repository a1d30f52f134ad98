import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
} from '@temporalio/workflow';
import { faults } from '../../kernel/faults';
import type { FaultCode } from '../../kernel/faults';
import { unreachableReason } from '../machine/machine';
import { recordParked } from './journal-records';
import { never, now } from './saga-run';
import type { SagaRun } from './saga-run';
import { nextPause } from './send-step';
import { showInVisibility } from './show';

/**
 * Asks for something that a recovery cannot begin without, until it is answered. Whoever does not answer is shown as a
 * parked place, which `retry` asks again at once. A fence gives this run up: then it is never answered.
 */
export async function askUntilAnswered<Answer>(
  run: SagaRun,
  place: string,
  ask: (place: string) => Promise<Answer>,
): Promise<Answer> {
  for (let pauseMs: number = run.pace.stubbornPauseMs; ; pauseMs = nextPause(pauseMs)) {
    run.hurried.delete(place);
    const asked = begin(() => ask(place));
    const isOver = () => asked.end !== undefined || run.hurried.has(place);
    if (!(await condition(isOver, run.pace.settlePatienceMs, { summary: place }))) {
      park(run, place, unreachableReason);
      await condition(isOver);
    }
    if (asked.end !== undefined && 'answer' in asked.end) {
      unpark(run, place);
      return asked.end.answer;
    }
    if (asked.end === undefined) {
      // A person wants to know now: whatever pause the server is in is not waited for.
      asked.cancel();
      continue;
    }
    const { error } = asked.end;
    // Nothing was asked: the code is wrong, which a failing workflow task tells better than a parked place.
    if (!(error instanceof ActivityFailure)) throw error;
    const reason = reasonOf(error);
    if (isFence(reason)) {
      run.tell({ on: 'fenced', step: place, reason });
      return never();
    }
    park(run, place, reason);
    const summary = `pause before ${place}`;
    await condition(() => run.hurried.has(place), pauseMs, { summary });
  }
}

interface Asked<Answer> {
  end?: { readonly answer: Answer } | { readonly error: unknown };
  cancel(): void;
}

function begin<Answer>(ask: () => Promise<Answer>): Asked<Answer> {
  const scope = new CancellationScope();
  const asked: Asked<Answer> = { cancel: () => scope.cancel() };
  void scope.run(ask).then(
    (answer) => (asked.end = { answer }),
    (error: unknown) => (asked.end = { error }),
  );
  return asked;
}

function park(run: SagaRun, place: string, reason: string): void {
  const known = run.unanswered.get(place);
  if (known?.reason === reason) return;
  run.unanswered.set(place, { reason, since: known?.since ?? now() });
  showInVisibility(run);
  const what = { step: place, side: 'forward', condition: 'unsettled', reason } as const;
  const durable = recordParked(run, what);
  run.parking.set(place, durable);
  run.inBackground(() => durable);
}

function unpark(run: SagaRun, place: string): void {
  if (run.unanswered.delete(place)) showInVisibility(run);
}

function reasonOf({ cause }: ActivityFailure): string {
  return (cause instanceof ApplicationFailure ? cause.type : undefined) ?? 'FAULT_UNNAMED';
}

function isFence(code: string): boolean {
  return code in faults && faults[code as FaultCode].action === 'stop';
}
