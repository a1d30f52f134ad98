import { createHash } from 'node:crypto';
import { eventId } from '../event-log/envelope';
import type { LogEvent } from '../event-log/envelope';
import { defineProjection } from '../event-log/projector/projection';
import type { Projection } from '../event-log/projector/projection';
import { canonicalJson } from '../kernel/json';
import type { Json } from '../kernel/json';
import type { Reaction } from './reaction';

/** What one event is to start, and whether it has: the record that decides. */
export type Reacted = {
  readonly eventId: string;
  /** When the event happened, RFC 3339. */
  readonly eventTime: string;
  readonly saga: string;
  readonly workflowId: string;
  readonly businessKey: string;
  readonly input: Json;
  /** sha256 of the canonical input. */
  readonly requestHash: string;
  /** Correlation of the event: the saga whose step wrote it, where there is one. */
  readonly causedBy?: string;
  /** `started` once Temporal has taken the start, or the journal knows the saga. */
  readonly state: 'pending' | 'started';
};

/** Name of a reaction's checkpoints, letters and metrics. */
export const consumerName = ({ name }: Pick<Reaction, 'name'>) => `on-${name}`;

/** The same for every delivery of the event, on every machine, for good. */
export function workflowIdFor(reaction: Reaction, event: Pick<LogEvent, 'aggregateId' | 'seq'>) {
  const parts = canonicalJson(['reaction', reaction.name, eventId(event)]);
  return `${reaction.starts.name}:${sha256(parts).slice(0, 32)}`;
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
    keys: (event) => (event.type === reaction.on && event.time >= since ? [eventId(event)] : []),
    fold: (row, event) => row ?? reactedTo(reaction, event),
  });
}

function reactedTo(reaction: Reaction, event: LogEvent): Reacted {
  const { starts } = reaction;
  const input = starts.input.parse(reaction.input(event.data)) as Json;
  return {
    ...{ eventId: eventId(event), eventTime: event.time },
    ...{ saga: starts.name, workflowId: workflowIdFor(reaction, event) },
    ...{ businessKey: starts.businessKey(input), input, requestHash: sha256(canonicalJson(input)) },
    ...(event.correlationId === undefined ? {} : { causedBy: event.correlationId }),
    state: 'pending',
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
