import { serviceNames } from '../activities/list';
import type { LogEvent } from '../platform/event-log/envelope';
import { defineProjection } from '../platform/event-log/projector/projection';

/** One direction of a step as its participant's events show it; times are the earliest and the latest event's. */
type Trace = {
  readonly epoch: number;
  readonly from: string;
  readonly to: string;
  /** Types of its events, sorted. */
  readonly events: readonly string[];
  /** A fact such as `payment.declined`: the step was refused for this reason. */
  readonly refusal?: string;
};

/** What the events of participants say about one step. */
export type ObservedStep = {
  readonly participant: string;
  readonly forward?: Trace;
  readonly undo?: Trace;
};

/** One step as the saga's terminal record lists it. */
export type FinishedStep = {
  readonly name: string;
  readonly kind: string;
  readonly participant: string;
  readonly command: string;
  readonly status: string;
  readonly epoch: number;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly leftInPlace?: boolean;
  readonly child?: string;
  readonly reason?: string;
};

/** Why a saga waits for a person. */
export type ParkedPlace = {
  readonly step: string;
  readonly direction: string;
  readonly condition: string;
  readonly reason: string;
  readonly since: string;
};

/** What a person did to a saga. */
export type Act = {
  readonly verb: string;
  readonly actor: string;
  readonly reason: string;
  readonly step?: string;
  readonly at: string;
};

/** Everything the log says about one saga; `timelineOf` makes it readable. */
export type SagaTimelineRow = {
  readonly sagaId: string;
  /** How many events are in the row: it grows with each, whatever order they come in. Rows of older code have none. */
  readonly version?: number;
  readonly saga?: string;
  readonly workflowId?: string;
  readonly businessKey?: string;
  readonly owner?: string;
  readonly requestHash?: string;
  readonly deadlineAt?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly outcome?: string;
  readonly reason?: string;
  /** `running`, `compensating`, `parked`, `completed`, `compensated`, `cancelled`; follows from the rest. */
  readonly state: string;
  readonly observed: { readonly [step: string]: ObservedStep };
  readonly finishedSteps?: readonly FinishedStep[];
  readonly parked: readonly ParkedPlace[];
  readonly acts: readonly Act[];
  /** True until `saga.started` has been seen. */
  readonly incomplete: boolean;
};

type Draft = Omit<SagaTimelineRow, 'state'>;

/**
 * The story of a saga from its journal and its participants' events. The journal's events of a saga come in order;
 * what a participant's event adds is a minimum, a maximum or a set, so the order between services does not matter.
 */
export const sagaTimeline = defineProjection<SagaTimelineRow>({
  name: 'saga-timeline',
  services: ['sagas', ...serviceNames],
  listBy: ['workflowId', 'businessKey', 'owner', 'state', 'saga'],
  orderBy: 'startedAt',
  askBy: ['reason', 'parked', 'finishedAt', 'version'],
  keys: (event) => {
    if (isOfNoSaga(event)) return [];
    const sagaId = isJournal(event) ? event.data.sagaId : event.sagaId;
    return typeof sagaId === 'string' ? [sagaId] : [];
  },
  fold: (row, event, key) => {
    const before: Draft = row ?? emptyRow(key);
    const after = isJournal(event) ? recorded(before, event) : observed(before, event);
    return { ...after, version: (before.version ?? 0) + 1, state: stateOf(after) };
  },
});

function emptyRow(sagaId: string): Draft {
  return { sagaId, observed: {}, parked: [], acts: [], incomplete: true };
}

/** The journal's records about the saga itself; those of its child sagas are facts of steps, like a participant's. */
function isJournal(event: LogEvent): boolean {
  return event.type.startsWith('saga.') && !event.type.startsWith('saga.child-');
}

/** Acts on a type of saga, or on a person, are recorded as if they were steps, and belong to no saga. */
function isOfNoSaga({ type }: LogEvent): boolean {
  return type.startsWith('saga-type.') || type.startsWith('subject.');
}

function stateOf(row: Draft): string {
  if (row.outcome !== undefined) return row.outcome;
  if (row.parked.length > 0) return 'parked';
  const isTurningBack = Object.values(row.observed).some((step) => statusOf(step) === 'undone');
  return isTurningBack ? 'compensating' : 'running';
}

/** What the participant's own events say became of a step. */
export function statusOf({ forward, undo }: ObservedStep): string {
  if (undo && (!forward || forward.epoch <= undo.epoch)) return 'undone';
  if (forward?.refusal !== undefined) return 'refused';
  return isAsked(forward?.events ?? []) ? 'started' : 'done';
}

/** By convention `<aggregate>.requested` says that the outside is asked; any later fact of its kind is the answer. */
function isAsked(types: readonly string[]): boolean {
  const asked = types.filter((type) => type.endsWith('.requested'));
  return asked.some((request) => {
    const kind = request.slice(0, request.indexOf('.') + 1);
    return types.every((type) => type === request || !type.startsWith(kind));
  });
}

function recorded(row: Draft, event: LogEvent): Draft {
  const data = event.data as unknown as Partial<SagaTimelineRow & ParkedPlace & Act> & {
    readonly steps?: readonly FinishedStep[];
  };
  const { saga = '', workflowId = '' } = data;
  const named = { ...row, saga, workflowId };
  switch (event.type) {
    case 'saga.started': {
      const { businessKey = '', owner = '', requestHash = '', deadlineAt = '' } = data;
      const start = { businessKey, owner, requestHash, deadlineAt, startedAt: event.time };
      return { ...named, ...start, incomplete: false };
    }
    case 'saga.parked': {
      const { step = '', direction = '', condition = '', reason = '' } = data;
      const place = { step, direction, condition, reason, since: event.time };
      return { ...named, parked: [...without(row.parked, step), place] };
    }
    case 'saga.unparked':
      return { ...named, parked: without(row.parked, data.step) };
    case 'saga.recovering':
      // Whatever is parked in the recovery parks there anew.
      return { ...named, parked: [] };
    case 'saga.acted': {
      const { verb = '', actor = '', reason = '', step } = data;
      const act = { verb, actor, reason, ...(step === undefined ? {} : { step }), at: event.time };
      return { ...named, acts: [...row.acts, act] };
    }
    case 'saga.finished': {
      const { outcome = '', reason, steps = [] } = data;
      const end = { outcome, finishedAt: event.time, finishedSteps: steps, parked: [] };
      return { ...named, ...end, ...(reason === undefined ? {} : { reason }) };
    }
    default:
      return named;
  }
}

/** A step is parked in one direction at a time. */
function without(parked: readonly ParkedPlace[], step: string | undefined): ParkedPlace[] {
  return parked.filter((place) => place.step !== step);
}

function observed(row: Draft, event: LogEvent): Draft {
  const { step, direction = 'forward', service } = event;
  if (step === undefined) return row;
  const before = row.observed[step];
  const trace = merge(before?.[direction], event);
  const after: ObservedStep = { ...before, participant: service, [direction]: trace };
  return { ...row, observed: { ...row.observed, [step]: after } };
}

/** Events of a higher epoch replace those of a lower one; within an epoch they add up. */
function merge(before: Trace | undefined, event: LogEvent): Trace {
  const { epoch = 0, time, type } = event;
  if (before && before.epoch > epoch) return before;
  const same = before?.epoch === epoch ? before : undefined;
  const refusals = [refusalOf(event), same?.refusal].filter((reason) => reason !== undefined);
  const [refusal] = refusals.sort();
  return {
    epoch,
    from: same && same.from < time ? same.from : time,
    to: same && same.to > time ? same.to : time,
    events: [...new Set([...(same?.events ?? []), type])].sort(),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

/** By convention a refusal that is recorded as a fact is called `<aggregate>.declined` or `<aggregate>.refused`. */
function refusalOf({ type, data }: LogEvent): string | undefined {
  if (!/\.(declined|refused)$/.test(type)) return undefined;
  return typeof data.reason === 'string' ? data.reason : 'REFUSED';
}
