import { condition } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import { sagaLimits } from '../limits';
import type { Outcome, ParkedCondition } from '../plan/moves';
import { recordParked } from './journal-records';
import { never, now } from './saga-run';
import type { EngineStep, ParkedEntry, SagaRun } from './saga-run';
import { showInVisibility } from './show';
import { insist, sendStep } from './step-messages';

/** Reason of a step whose participant does not say what became of it. */
const unreachable = 'PARTICIPANT_UNREACHABLE';

export interface ParkedWhy {
  readonly direction: 'forward' | 'undo';
  readonly condition: ParkedCondition;
  readonly reason: string;
}

/** Parks a step: shows it, and makes it durable in the journal before anybody acts on it. */
export async function park(run: SagaRun, step: EngineStep, why: ParkedWhy): Promise<ParkedEntry> {
  const entry: ParkedEntry = {
    step: step.name,
    kind: step.kind,
    ...why,
    since: now(),
    acting: false,
    durable: false,
  };
  run.parked.push(entry);
  run.change(step.name, { status: 'parked', reason: why.reason });
  showInVisibility(run);
  await recordParked(run, entry);
  entry.durable = true;
  return entry;
}

/** Takes a step out of parking; the caller sends or ends it next. */
export function unpark(run: SagaRun, entry: ParkedEntry): void {
  run.parked.splice(run.parked.indexOf(entry), 1);
  showInVisibility(run);
}

export type Settled = { readonly retryAsked: boolean } & (
  { readonly answer: 'done'; readonly result: Json } | { readonly answer: 'not-done' }
);

/** What is known while a settle is asked. */
interface Waiting {
  outcome?: Outcome;
  trouble?: boolean;
  entry?: ParkedEntry;
  retryAsked?: boolean;
}

/**
 * Makes an unknown outcome known and shuts the door behind it. Asks without end; while there is no answer the step is
 * parked as unsettled, and a `retry` taken meanwhile is reported, to take effect once the answer is here.
 */
export async function settle(
  run: SagaRun,
  step: EngineStep,
  direction: 'forward' | 'undo',
): Promise<Settled> {
  run.change(step.name, { status: 'settling' });
  const waiting: Waiting = {};
  /** A retry ends one pause, not all that follow: without that, asking would fill the history. */
  const ask = () => {
    if (waiting.entry?.verb === 'retry') {
      waiting.retryAsked = true;
      delete waiting.entry.verb;
    }
    return run.sending.run(() => sendStep(run, step, 'settle', {}));
  };
  const asking = insist(ask, {
    isAnswer: ({ kind }) => kind === 'done' || kind === 'not-done',
    summary: `pause before settle ${step.name}`,
    hurry: () => waiting.entry?.verb === 'retry',
    onTrouble: (outcome) => {
      waiting.trouble = true;
      if (outcome.kind === 'fault' && outcome.action === 'stop') {
        void halt(run, step, direction, outcome.code);
      }
    },
  }).then((outcome) => {
    waiting.outcome = outcome;
  });
  const isOver = () => waiting.outcome !== undefined || waiting.trouble === true;
  await condition(isOver, sagaLimits.settlePatienceMs, { summary: `settle ${step.name}` });
  if (waiting.outcome === undefined && run.halted === undefined) {
    const why = { direction, condition: 'unsettled', reason: unreachable } as const;
    waiting.entry = await park(run, step, why);
  }
  await asking;
  if (waiting.entry !== undefined) {
    const { entry } = waiting;
    await condition(() => !entry.acting);
    unpark(run, entry);
  }
  const retryAsked = waiting.retryAsked === true || waiting.entry?.verb === 'retry';
  return waiting.outcome?.kind === 'done'
    ? { answer: 'done', result: waiting.outcome.result, retryAsked }
    : { answer: 'not-done', retryAsked };
}

/** Stops for good, because another run is in charge, and says so in the journal. Never resolves. */
export async function halt(
  run: SagaRun,
  step: EngineStep,
  direction: 'forward' | 'undo',
  reason: string,
): Promise<never> {
  run.halt(reason, step.name, direction);
  const [entry] = run.parked.filter((parked) => parked.reason === reason);
  if (entry !== undefined) await recordParked(run, entry);
  return never();
}
