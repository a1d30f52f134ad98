import type { StepMessage } from '../../kernel/step';
import { childIdOf } from '../children/commands';
import type { RecoveredStep } from '../engine/recovery-start';
import type { SagaStart } from '../wire';

/** What this module needs of a history's event; the rest of it is not looked at. */
export interface HistoryEvent {
  /** RFC 3339. */
  readonly at: string;
  /** The first event: argument and identity of the workflow. */
  readonly started?: {
    readonly argument: unknown;
    readonly firstRunId: string;
    /** The run that this one continues. */
    readonly continuedFrom?: string;
  };
  /** A scheduled activity with its first argument, decoded. */
  readonly scheduled?: { readonly type: string; readonly argument: unknown };
  /** A reset copied everything before this event from that run. */
  readonly resetFrom?: string;
}

/** What one run of a saga, or of a recovery of it, has started. */
export interface RunStory {
  readonly firstRunId: string;
  /** The workflow's argument. */
  readonly argument: unknown;
  readonly startedAt: string;
  /** The time that the saga function decides by, where this run wrote it into the journal. */
  readonly decidesBy?: string;
  readonly started: readonly RecoveredStep[];
  /** Runs this one was reset from, or continues: their histories belong to the saga too. */
  readonly earlier: readonly string[];
}

/**
 * Reads what a run started out of its history: every step whose forward was ever scheduled, in order, with the latest
 * input it was sent with. Rows of participants are not enough for this: a forward still on its way has left no row.
 */
export function storyOf(events: readonly HistoryEvent[]): RunStory {
  const [first] = events;
  if (first?.started === undefined) throw new Error('a history begins with its start');
  const { argument } = first.started;
  const steps = new Map(earlierSteps(argument).map((step) => [step.name, step]));
  for (const event of events) {
    const message = messageOf(event);
    if (message?.kind !== 'forward') continue;
    const known = steps.get(message.step);
    const participant = event.scheduled?.type.split('.')[0] ?? '';
    // Where the saga had it in its order, waits counted, so that rows of participants fit in between.
    const fresh = { place: [message.plan?.order ?? steps.size], startedAt: event.at };
    steps.set(message.step, stepOf(message, participant, known ?? fresh));
  }
  const decidesBy = events.map(startOf).find((at) => at !== undefined);
  return {
    ...(decidesBy === undefined ? {} : { decidesBy }),
    firstRunId: first.started.firstRunId,
    argument,
    startedAt: first.at,
    started: [...steps.values()],
    earlier: [
      ...asList(first.started.continuedFrom),
      ...events.flatMap((it) => it.resetFrom ?? []),
    ],
  };
}

/** Temporal's own time of a start is that of the request: the first task, which the function sees, may come later. */
function startOf({ scheduled }: HistoryEvent): string | undefined {
  if (scheduled?.type !== 'sagas.started') return undefined;
  return (scheduled.argument as { input?: { startedAt?: string } }).input?.startedAt;
}

const asList = (one: string | undefined) => (one === undefined ? [] : [one]);

/** What the runs before have started, of which Temporal may have forgotten the histories. */
function earlierSteps(argument: unknown): readonly RecoveredStep[] {
  const { continued } = (argument ?? {}) as Partial<SagaStart>;
  const commands = new Map(continued?.steps.map((step) => [step.name, step]));
  const children = new Map(continued?.children);
  return (continued?.machine.steps ?? []).flatMap(({ name, counter }, index) => {
    const step = commands.get(name);
    if (step === undefined || counter.last === 'nothing') return [];
    const { kind, command, undo } = step;
    const [, { startedAt = continued?.startedAt ?? '' } = {}] =
      continued?.times.find(([of]) => of === name) ?? [];
    const child = children.get(name);
    const rest = { ...(undo && { undo }), ...(child !== undefined && { child }) };
    return [{ ...{ name, kind, command, ...rest }, place: [index], startedAt }];
  });
}

/** The steps of several runs of one saga, in the order in which they were started first. */
export function mergeStories(stories: readonly RunStory[]): readonly RecoveredStep[] {
  const merged = new Map<string, RecoveredStep>();
  for (const step of stories.flatMap(({ started }) => started)) {
    const { place = [merged.size], startedAt = step.startedAt } = merged.get(step.name) ?? {};
    merged.set(step.name, { ...step, place, startedAt });
  }
  return [...merged.values()];
}

/**
 * Whether these histories hold everything that was started. With a pivot in them they do: a run comes to it behind all
 * that has an undo. Without one, a run of which nobody knows, reset away and reset over, may have done it.
 */
export function tellAll(stories: readonly RunStory[]): boolean {
  return stories.some(({ started }) => started.some(({ kind }) => kind === 'pivot'));
}

/** A message to a participant; the journal's records carry no plan, and are none of the saga's steps. */
function messageOf({ scheduled }: HistoryEvent): StepMessage | undefined {
  const message = scheduled?.argument as Partial<StepMessage> | undefined;
  const isMessage = typeof message?.step === 'string' && message.plan !== undefined;
  return isMessage ? (message as StepMessage) : undefined;
}

function stepOf(
  { step, plan, command, input, epoch }: StepMessage,
  participant: string,
  { place, startedAt }: Pick<RecoveredStep, 'place' | 'startedAt'>,
): RecoveredStep {
  const undo = plan?.undo;
  const { child } = (command === 'runChild' ? input : {}) as { readonly child?: string };
  return {
    ...(child === undefined ? {} : { child: childIdOf(child, epoch) }),
    name: step,
    kind: plan?.kind ?? 'compensatable',
    place,
    startedAt,
    command: { kind: 'command', participant, command, input },
    ...(undo === undefined ? {} : { undo: { kind: 'undo', ...undo } }),
  };
}
