import type { EventData } from '../event-log/upcasters/upcaster';
import type { SagaContract } from '../saga/contract';

interface AnyReaction {
  /**
   * Kebab-case, unique, for good: the ids of the sagas and of what they are told are made of it. Under another name it
   * is another reaction, which does all of it again.
   */
  readonly name: string;
  /** Type of the event, without its version. */
  readonly on: string;
  /** Service that writes it, whose topic is followed. */
  readonly service: string;
  /**
   * Whether events that happened before the reaction was there count too. Decided when it first runs, and written down
   * then: a change of mind afterwards changes nothing.
   */
  readonly from: 'now' | 'beginning';
  /**
   * Input of the saga, or what the waiting saga is told. Pure. What the saga's contract does not take, or a throw,
   * makes the event a dead letter.
   */
  input(data: EventData): object;
}

/** An event that starts a saga, once. */
export interface StartingReaction extends AnyReaction {
  readonly starts: SagaContract;
}

/** An event that a running saga waits for with `saga.event`, and is told once. */
export interface TellingReaction extends AnyReaction {
  readonly tells: SagaContract;
  /** Name of the wait. */
  readonly wait: string;
  /** Business key of the saga that waits. Pure. What is no text, or an empty one, makes the event a dead letter. */
  key(data: EventData): unknown;
  /** Role under which it is delivered: the one that the wait asks for. */
  readonly as: string;
  /**
   * How long after the event a saga may come to its wait, milliseconds; a saga that does so later is not told. At least
   * the longest time from a start to the wait.
   */
  readonly withinMs: number;
}

/** An event of which those are told who asked for it; `input` is what they may be told of. */
export interface NotifyingReaction extends AnyReaction {
  /** Who has the list of them. */
  readonly notifies: 'webhooks';
}

export type Reaction = StartingReaction | TellingReaction | NotifyingReaction;

/** True for a reaction to which sagas listen that run already. */
export function isTelling(reaction: Reaction): reaction is TellingReaction {
  return 'tells' in reaction;
}

/** True for a reaction that starts sagas. */
export function isStarting(reaction: Reaction): reaction is StartingReaction {
  return 'starts' in reaction;
}

/** True for a reaction that tells somebody outside, and no saga. */
export function isNotifying(reaction: Reaction): reaction is NotifyingReaction {
  return 'notifies' in reaction;
}

/** One reaction; a test holds its input to the contract of the saga, for every version of the event. */
export function defineReaction<One extends Reaction>(reaction: One): One {
  return reaction;
}
