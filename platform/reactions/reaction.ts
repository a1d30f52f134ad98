import type { EventData } from '../event-log/upcasters/upcaster';
import type { SagaContract } from '../saga/contract';

/** An event that starts a saga, once. */
export interface Reaction {
  /**
   * Kebab-case, unique, for good: the ids of the sagas are made of it. Under another name it is another reaction, which
   * starts its own sagas.
   */
  readonly name: string;
  /** Type of the event, without its version. */
  readonly on: string;
  /** Service that writes it, whose topic is followed. */
  readonly service: string;
  readonly starts: SagaContract;
  /**
   * Whether events that happened before the reaction was there start sagas too. Decided when it first runs, and
   * written down then: a change of mind afterwards changes nothing.
   */
  readonly from: 'now' | 'beginning';
  /** Input of the saga. Pure. What the saga's contract does not take, or a throw, makes the event a dead letter. */
  input(data: EventData): object;
}

/** One reaction; a test holds its input to the contract of the saga, for every version of the event. */
export function defineReaction(reaction: Reaction): Reaction {
  return reaction;
}
