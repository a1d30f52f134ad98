import type { FinishedStep, ObservedStep, SagaTimelineRow } from './saga-timeline';
import { statusOf } from './saga-timeline';

/** One step as people read it. Times are RFC 3339; a step that left no event has none. */
export type TimelineStep = {
  readonly name: string;
  readonly kind?: string;
  readonly participant?: string;
  readonly command?: string;
  readonly status: string;
  readonly epoch?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly reason?: string;
  readonly leftInPlace?: boolean;
  readonly child?: string;
};

/** A saga as people read it: its row with the steps in one list. */
export type TimelineView = Omit<SagaTimelineRow, 'observed' | 'finishedSteps'> & {
  readonly steps: readonly TimelineStep[];
};

/**
 * Joins what participants' events showed with what the terminal record says. Before the end, the order of steps is the
 * order of their first events; afterwards it is the saga's own.
 */
export function timelineView(row: SagaTimelineRow): TimelineView {
  const { observed, finishedSteps = [], ...rest } = row;
  const listed = new Set(finishedSteps.map(({ name }) => name));
  const others = Object.entries(observed)
    .filter(([name]) => !listed.has(name))
    .map(([name, step]) => observedStep(name, step))
    .sort(byStart);
  const finished = finishedSteps.map((step) => finishedStep(step, observed[step.name]));
  return { ...rest, steps: [...finished, ...others] };
}

function observedStep(name: string, step: ObservedStep): TimelineStep {
  const { forward, undo, participant } = step;
  const startedAt = forward?.from ?? undo?.from;
  const status = statusOf(step);
  const end = status === 'undone' ? undo?.to : forward?.to;
  const finishedAt = status === 'started' ? undefined : end;
  const reason = forward?.refusal;
  return {
    ...{ name, participant, status },
    epoch: Math.max(forward?.epoch ?? 0, undo?.epoch ?? 0),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function finishedStep(step: FinishedStep, seen: ObservedStep | undefined): TimelineStep {
  return seen === undefined ? step : { ...observedStep(step.name, seen), ...step };
}

function byStart(left: TimelineStep, right: TimelineStep): number {
  const [from = '', to = ''] = [left.startedAt, right.startedAt];
  if (from !== to) return from < to ? -1 : 1;
  return left.name < right.name ? -1 : 1;
}
