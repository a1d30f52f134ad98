import { condition } from '@temporalio/workflow';
import { hold } from './hold';
import { now } from './saga-run';
import type { EngineWait, SagaRun } from './saga-run';
import { showInVisibility } from './show';

/** Waits for a person or an event, until the time is over or the saga turns back. A resumed saga waits anew. */
export async function beginWait(run: SagaRun, name: string): Promise<void> {
  const isHold = run.machine.steps.some((step) => step.name === name && step.kind === 'hold');
  if (isHold) return hold(run, name);
  const wait = waitOf(run, name);
  const delivered = run.recovery?.delivered[name];
  if (delivered !== undefined) return endWait(run, name, undefined, delivered);
  wait.untilMs = Date.now() + wait.withinMs;
  showInVisibility(run);
  if (wait.freezesDeadline) run.freezeDeadline(name);
  const isOver = () => !run.isWaiting(name);
  await condition(isOver, wait.withinMs, { summary: `${name}: time to ${verbOf(wait)}` });
  // What came in time counts, even if its journal record takes a while.
  await condition(() => !wait.acting || isOver());
  delete wait.untilMs;
  run.thawDeadline(name);
  if (!isOver()) endWait(run, name, elapsed[wait.kind]);
}

const elapsed = { approval: 'APPROVAL_ELAPSED', event: 'EVENT_ELAPSED' } as const;

function verbOf({ kind }: EngineWait): string {
  return kind === 'approval' ? 'decide' : 'arrive';
}

/** Ends a wait: with what arrived, or with the reason the saga goes back for. */
export function endWait(
  run: SagaRun,
  step: string,
  refusal: string | undefined,
  data: Parameters<SagaRun['results']['set']>[1] = null,
): void {
  run.results.set(step, data);
  run.tell({ on: 'waited', step, ...(refusal === undefined ? {} : { refusal }) });
}

/** The wait of that name; the engine asks only for waits it opened. */
export function waitOf(run: SagaRun, name: string): EngineWait {
  const wait = run.waits.get(name);
  if (wait === undefined) throw new Error(`no wait "${name}" was opened`);
  return wait;
}

/** An absolute deadline inside the workflow: Temporal's own timeouts would close the saga without compensation. */
export async function watchDeadline(run: SagaRun): Promise<void> {
  for (;;) {
    await condition(() => !run.deadlineFrozen);
    const remainingMs = run.remainingMs();
    const watched = run.deadlineAtMs;
    const isMoved = () => run.deadlineFrozen || run.deadlineAtMs !== watched;
    if (remainingMs > 0) {
      await condition(isMoved, remainingMs, { summary: 'deadline' });
      continue;
    }
    if (run.machine.direction.turn === undefined) {
      run.tell({ on: 'turn', turn: { cause: 'fault', reason: 'DEADLINE' } });
    }
    // A resumed saga has a deadline again.
    await condition(() => run.deadlineAtMs !== watched);
    run.notes.push(`${now()} The deadline was moved.`);
  }
}
