import { workflowInfo } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import type { ApprovalOptions, EventOptions } from '../define';
import { sagaLimits } from '../limits';
import type { OpenedStep } from '../machine/state';
import { assertUnused, stepNameOf } from '../plan/names';
import type { StepName } from '../plan/names';
import { historyLimit } from '../plan/verbs';
import type { StepParts } from './handle';
import type { SagaRun } from './saga-run';
import type { Sequence } from './sequence';

/** Asks for a step. Resolves when it is done or skipped; not at all while the saga goes back. */
export function openStep(
  run: SagaRun,
  sequence: Sequence,
  name: StepName,
  { onFault, ...parts }: StepParts,
): Promise<Json | undefined> {
  const text = useName(run, name);
  // The way back is planned before the command is sent: a lost reply may hide a finished step.
  const known = run.steps.get(text);
  if (known === undefined) run.steps.set(text, { name: text, ...parts });
  const parkAs = historyIsLong(run) ? { parkAs: historyLimit } : {};
  const place = sequence.nextPlace();
  return ask(run, { name: text, kind: parts.kind, place, onFault, ...parkAs });
}

/** Asks for a decision or an event. */
export function openWait(
  run: SagaRun,
  sequence: Sequence,
  name: StepName,
  options: ({ kind: 'approval' } & ApprovalOptions) | ({ kind: 'event' } & EventOptions),
): Promise<Json | undefined> {
  const text = useName(run, name);
  const { freezesDeadline = false, ...rest } = options;
  run.waits.set(text, { name: text, ...rest, freezesDeadline, acting: false });
  const place = sequence.nextPlace();
  return ask(run, { name: text, kind: 'wait', place, onFault: 'compensate' });
}

/** Waits for the parent of a child saga: released, the promise resolves; sent back, it never does. */
export function openHold(run: SagaRun, sequence: Sequence, name: string): Promise<unknown> {
  const place = sequence.nextPlace();
  return ask(run, { name: useName(run, name), kind: 'hold', place, onFault: 'compensate' });
}

/** Checks a name; throws at once when it was used before. */
function useName(run: SagaRun, name: StepName): string {
  const text = stepNameOf(name);
  assertUnused(text, run.names);
  run.names.add(text);
  return text;
}

function ask(run: SagaRun, step: OpenedStep): Promise<Json | undefined> {
  return new Promise((resolve) => {
    run.resolvers.set(step.name, resolve);
    run.tell({ on: 'open', step });
  });
}

/** A history near its limit waits for a person, because at the limit Temporal would end the saga. */
function historyIsLong(run: SagaRun): boolean {
  const { historyEventsMax } = sagaLimits;
  const eventsMax = run.definition.options.historyEventsMax ?? historyEventsMax;
  return workflowInfo().historyLength >= Math.min(eventsMax, historyEventsMax);
}
