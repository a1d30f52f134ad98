import { workflowInfo } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import type { ApprovalOptions, EventOptions } from '../define';
import type { OpenedStep } from '../machine/state';
import { assertUnused, stepNameOf } from '../plan/names';
import type { StepName } from '../plan/names';
import { historyLimit, isHistoryLong } from '../plan/verbs';
import { asksForGrant, underGoodGrant } from './check-grant';
import type { StepParts } from './handle';
import type { EngineStep, SagaRun } from './saga-run';
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
  if (known?.isInputKnown !== false) run.steps.set(text, known ?? fresh(run, text, parts));
  else run.steps.set(text, { ...fresh(run, text, parts), ...undoOf(known) });
  const asked = () => {
    const { options } = run.definition;
    const parkAs = isHistoryLong(workflowInfo(), options) ? { parkAs: historyLimit } : {};
    const place = sequence.nextPlace();
    return ask(run, { name: text, kind: parts.kind, place, onFault, ...parkAs });
  };
  return parts.kind === 'pivot' && asksForGrant(run) ? underGoodGrant(run, asked) : asked();
}

/** A step as today's saga function asks for it, with the input that a person has given it since. */
function fresh(run: SagaRun, name: string, parts: Omit<StepParts, 'onFault'>): EngineStep {
  const input = run.recovery?.inputs[name];
  if (input === undefined) return { name, ...parts };
  return { name, ...parts, command: { ...parts.command, input } };
}

/** What is undone is what was recorded, whatever the function would plan today. */
function undoOf({ undo }: EngineStep): Pick<EngineStep, 'undo'> {
  return undo === undefined ? {} : { undo };
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
