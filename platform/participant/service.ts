import type { z } from 'zod';
import type {
  CommandContract,
  ContractCommands,
  Participant,
  UndoContract,
} from '../kernel/contract';
import type { Decision, Intention, RecordedEvent } from '../kernel/decision';
import type { Json } from '../kernel/json';
import type { OutsideWord } from './outside/port';

/** Finds the state of one of the aggregates a decision asked for; undefined while it has no events. */
export type States<State> = (aggregateId: string) => State | undefined;

/** What a decision may know beyond state and input. No clock, no database, no randomness. */
export interface DecisionContext {
  /** The saga on whose behalf this happens: the holder of semantic locks. */
  readonly sagaId: string;
  /** Pseudonym of whoever started the saga, or of the caller of an operation. */
  readonly owner: string;
  /** Business time of the transaction, RFC 3339. */
  readonly now: string;
  /** Epoch of the message; 0 for operations. */
  readonly epoch: number;
}

/** Which aggregates a forward command needs. */
interface CommandReach<State, Input> {
  aggregates(input: Input): readonly string[];
  /**
   * Aggregates that are known only once the first ones are loaded, for example the account of a payment. Loaded in
   * the same transaction, before `decide`; absent where the input names everything.
   */
  related?(states: States<State>, input: Input): readonly string[];
}

/** A forward command that is done in the service's own database: the pure decision over its aggregates. */
export interface LocalHandler<State, Input> extends CommandReach<State, Input> {
  decide(states: States<State>, input: Input, context: DecisionContext): Decision;
}

/** A word after which there is something to conclude: the call took effect, or the outside's business "no". */
export type Conclusive = Extract<OutsideWord, { word: 'happened' | 'refused' }>;

/**
 * A forward command that calls the outside. Every part is pure; the call itself is made by the platform, between two
 * transactions. What `intend` records belongs to the step's effect, together with what `conclude` adds.
 */
export interface OutsideHandler<State, Input> extends CommandReach<State, Input> {
  /** Refuses, has nothing to call, or answers the call and the facts that set aside what it needs. */
  intend(states: States<State>, input: Input, context: DecisionContext): Decision | Intention;
  /**
   * Turns the outside's word into events and a result, or into a refusal whose facts take back what was set aside.
   * The word is a fact by now: after "happened" it must answer a success, after "refused" a refusal.
   */
  conclude(
    states: States<State>,
    told: { readonly call: Json; readonly word: Conclusive },
    context: DecisionContext,
  ): Decision;
  /** Takes back what the intent set aside, when it is certain that nothing stands outside. */
  abandon(
    states: States<State>,
    effect: readonly RecordedEvent[],
    context: DecisionContext,
  ): Decision;
}

export type CommandHandler<State, Input> =
  LocalHandler<State, Input> | OutsideHandler<State, Input>;

/** An undo: reverses the recorded effect, never "the current state". Refusing is not among its answers. */
export interface UndoHandler<State> {
  /** The call that reverses the effect outside, made before `reverse` is committed; undefined where there is none. */
  outside?(effect: readonly RecordedEvent[]): Json | undefined;
  /** Answers happened (the reversing events), unchanged, or impossible. Loads the effect's aggregates. */
  reverse(
    states: States<State>,
    effect: readonly RecordedEvent[],
    context: DecisionContext,
  ): Decision;
}

/** A data operation of the service's own API, outside any saga: same unit of work, same events. */
export interface OperationHandler<State, Input extends z.ZodType = z.ZodType> {
  readonly input: Input;
  aggregates(input: z.output<Input>): readonly string[];
  decide(states: States<State>, input: z.output<Input>, context: DecisionContext): Decision;
}

/** A command handler for each command of the contract, an undo handler for each undo. */
export type Handlers<State, Commands extends ContractCommands> = {
  readonly [Key in keyof Commands]: Commands[Key] extends CommandContract<infer Input>
    ? CommandHandler<State, z.output<Input>>
    : Commands[Key] extends UndoContract
      ? UndoHandler<State>
      : never;
};

/** One kind of aggregate: its ids are `<kind>/<id>`. */
export interface AggregateKind {
  /** Member of every event's data that holds the id. */
  readonly id: string;
  /** What the types of its events begin with, for example `stock` of `stock.received`. */
  readonly events: readonly string[];
}

/**
 * A service as the platform sees it: contract, pure handlers, and `evolve`, the only way state ever changes.
 * State is always the fold of the events, so a rebuilt aggregate equals the stored one by construction.
 */
export interface ServiceDefinition<
  State,
  Commands extends ContractCommands = ContractCommands,
  Operations extends Record<string, OperationHandler<State>> = Record<
    string,
    OperationHandler<State>
  >,
> {
  readonly participant: Participant<string, Commands>;
  readonly handlers: Handlers<State, Commands>;
  readonly operations: Operations;
  /** What its history is made of, by kind: tells of every event who writes it and to which topic. */
  readonly aggregates?: Readonly<Record<string, AggregateKind>>;
  evolve(state: State | undefined, event: RecordedEvent): State;
}

/** Checks a definition against its contract while keeping its precise types. */
export function defineService<
  State,
  Commands extends ContractCommands,
  Operations extends Record<string, OperationHandler<State>>,
>(
  definition: ServiceDefinition<State, Commands, Operations>,
): ServiceDefinition<State, Commands, Operations> {
  return definition;
}
