import { createHash } from 'node:crypto';
import { z } from 'zod';
import { eventId } from '../event-log/envelope';
import type { LogEvent } from '../event-log/envelope';
import { defineProjection } from '../event-log/projector/projection';
import type { Projection } from '../event-log/projector/projection';
import { canonicalJson } from '../kernel/json';
import type { Json } from '../kernel/json';
import { isNotifying, isTelling } from './reaction';
import type { Reaction, StartingReaction, TellingReaction } from './reaction';

/** What both kinds of rows say. */
type AnyRow = {
  readonly eventId: string;
  /** When the event happened, RFC 3339. */
  readonly eventTime: string;
  readonly saga: string;
  readonly input: Json;
  /** Correlation of the event: the saga whose step wrote it, where there is one. */
  readonly causedBy?: string;
  /** W3C trace context of the event. */
  readonly traceparent?: string;
  /** RFC 3339: not looked at again before. Of those that are told, once they were looked at. */
  readonly dueAt?: string;
};

/** A saga that an event is to start. */
export type ToStart = AnyRow & {
  readonly businessKey: string;
  readonly workflowId: string;
  /** sha256 of the canonical input. */
  readonly requestHash: string;
  /** `started` once Temporal has taken the start, or the journal knows the saga. */
  readonly state: 'pending' | 'started';
};

/** What an event is to tell the saga that waits for it. */
export type ToTell = AnyRow & {
  readonly businessKey: string;
  readonly wait: string;
  /** Identity of the act: a saga takes it once. */
  readonly jti: string;
  /** RFC 3339; who does not wait by then is not told. */
  readonly until: string;
  /** Workflow id of the saga it was sent to last: whether that has taken it is in the journal. */
  readonly target?: string;
  /** `told` once a saga has taken it; `unheard` where none did in time. */
  readonly state: 'pending' | 'told' | 'unheard';
};

/** What those are to hear who asked for it; `saga` is the type of the saga that the event is about. */
export type ToNotify = AnyRow & {
  readonly notifies: 'webhooks';
  /** `notified` once it is written down for each of them. */
  readonly state: 'pending' | 'notified';
};

/** What one event is to do, and whether it has: the record that decides. */
export type Reacted = ToStart | ToTell | ToNotify;

/** True for a row that is for somebody outside. */
export function isToNotify(row: Reacted): row is ToNotify {
  return 'notifies' in row;
}

/** True for a row that is told to a saga that runs. */
export function isToTell(row: Reacted): row is ToTell {
  return 'wait' in row;
}

/** Name of a reaction's checkpoints, letters and metrics. */
export const consumerName = ({ name }: Pick<Reaction, 'name'>) => `on-${name}`;

type EventKey = Pick<LogEvent, 'aggregateId' | 'seq'>;

/** The same for every delivery of the event, on every machine, for good. */
export function workflowIdFor(reaction: StartingReaction, event: EventKey): string {
  return `${reaction.starts.name}:${reactionId(reaction, event)}`;
}

/** Identity of one reaction to one event: 32 hexadecimal digits. */
function reactionId({ name }: Pick<Reaction, 'name'>, event: EventKey): string {
  return sha256(canonicalJson(['reaction', name, eventId(event)])).slice(0, 32);
}

/**
 * A reaction as a fold: an event becomes a row, in the transaction that moves the checkpoint. Events that happened
 * before `since` say nothing; an empty `since` is before all. A row that is there stays as it is.
 */
export function reactionProjection(reaction: Reaction, since: string): Projection<Reacted> {
  return defineProjection<Reacted>({
    name: consumerName(reaction),
    services: [reaction.service],
    listBy: ['state'],
    orderBy: 'eventTime',
    askBy: ['dueAt'],
    keys: (event) => (event.type === reaction.on && event.time >= since ? [eventId(event)] : []),
    fold: (row, event) => row ?? reactedTo(reaction, event),
  });
}

function reactedTo(reaction: Reaction, event: LogEvent): Reacted {
  const { correlationId, traceparent } = event;
  const about = {
    ...{ eventId: eventId(event), eventTime: event.time },
    ...(correlationId === undefined ? {} : { causedBy: correlationId }),
    ...(traceparent === undefined ? {} : { traceparent }),
    state: 'pending' as const,
  };
  if (isTelling(reaction)) return { ...about, ...toTell(reaction, event) };
  if (isNotifying(reaction)) {
    const input = nonNull.parse(reaction.input(event.data)) as Json;
    const saga = nonEmpty.parse(event.data.saga);
    return { ...about, notifies: reaction.notifies, saga, input };
  }
  const { starts } = reaction;
  const input = starts.input.parse(reaction.input(event.data)) as Json;
  return {
    ...about,
    ...{ saga: starts.name, workflowId: workflowIdFor(reaction, event) },
    ...{ businessKey: starts.businessKey(input), input, requestHash: sha256(canonicalJson(input)) },
  };
}

function toTell(reaction: TellingReaction, event: LogEvent) {
  const { tells, wait, withinMs } = reaction;
  return {
    ...{ saga: tells.name, wait, jti: reactionId(reaction, event) },
    businessKey: nonEmpty.parse(reaction.key(event.data)),
    input: nonNull.parse(reaction.input(event.data)) as Json,
    until: new Date(Date.parse(event.time) + withinMs).toISOString(),
  };
}

const nonEmpty = z.string().min(1);
const nonNull = z.looseObject({});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
