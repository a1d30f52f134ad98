import { AssertionError } from 'node:assert/strict';
import type { AuditedAggregate } from '../host/identity';
import { loadSchemas } from '../event-log/schema-registry';
import type { CommandContract } from '../kernel/contract';
import type { EventSchemas } from '../outbox/ports';
import type { Decision, NewEvent, RecordedEvent } from '../kernel/decision';
import { canonicalJson } from '../kernel/json';
import type { Json } from '../kernel/json';
import type { OutsideWord } from '../participant/outside/port';
import type {
  CommandHandler,
  DecisionContext,
  OperationHandler,
  OutsideHandler,
  States,
  UndoHandler,
} from '../participant/service';

/** What a rehearsal needs of a service; every `defineService` result is one. */
export interface Rehearsable<State> {
  readonly participant: { readonly contract: { readonly commands: object } };
  readonly handlers: object;
  readonly operations: object;
  evolve(state: State | undefined, event: RecordedEvent): State;
}

/** A decision and what was recorded of it: events of a success, facts of a refusal. */
export interface Rehearsed {
  readonly decision: Decision;
  readonly recorded: readonly RecordedEvent[];
}

let schemas: EventSchemas | undefined;

/** What the outside answers in a rehearsal, unless a test says otherwise. */
const agreed: OutsideWord = { word: 'happened', answer: { id: 'auth_1' } };

/**
 * A service without database, fence or network: its pure decisions over a history in memory. As
 * strict as the real thing: inputs and results must fit the contract, refusals its closed list,
 * events their schemas, and a decision may look only at aggregates it declared.
 */
export class ServiceRehearsal<State> {
  readonly events: RecordedEvent[] = [];
  readonly #states = new Map<string, State>();
  readonly #seqs = new Map<string, number>();

  /** What the outside answers to the calls of commands that make one. */
  word: OutsideWord = agreed;

  constructor(readonly service: Rehearsable<State>) {}

  /** Records facts as they are, without a decision. */
  record(facts: readonly NewEvent[]): readonly RecordedEvent[] {
    return facts.map((fact) => {
      schemas ??= loadSchemas();
      schemas.check(fact.type, fact.data);
      const seq = (this.#seqs.get(fact.aggregateId) ?? 0) + 1;
      this.#seqs.set(fact.aggregateId, seq);
      const event = structuredClone({ ...fact, seq });
      this.events.push(event);
      const state = this.service.evolve(this.#states.get(fact.aggregateId), event);
      if (canonicalJson(JSON.parse(JSON.stringify(state))) !== canonicalJson(state)) {
        throw new Error(`the state of ${fact.aggregateId} does not survive JSON`);
      }
      this.#states.set(fact.aggregateId, state);
      return event;
    });
  }

  /** A forward command of a saga. */
  forward(command: string, input: unknown, sagaId = 'saga-a'): Rehearsed {
    const contract = member<CommandContract>(this.service.participant.contract.commands, command);
    const handler = member<CommandHandler<State, unknown>>(this.service.handlers, command);
    const parsed = contract.input.parse(input);
    const known = new Set(handler.aggregates(parsed));
    const related = handler.related?.(this.#only(known), parsed) ?? [];
    const all = new Set([...known, ...related]);
    const seen = this.#only(all);
    const context = contextOf(sagaId);
    const decided =
      'decide' in handler
        ? handler.decide(seen, parsed, context)
        : handler.intend(seen, parsed, context);
    if (decided.kind !== 'intended') return this.#kept(contract, decided, all);
    const setAside = this.#record(decided.events, all);
    const rest = this.#concluded(handler as OutsideHandler<State, unknown>, {
      ...{ call: decided.call, setAside, seen, context },
    });
    const { decision, recorded } = this.#kept(contract, rest, all);
    return { decision, recorded: [...setAside, ...recorded] };
  }

  #concluded(
    handler: OutsideHandler<State, unknown>,
    at: {
      readonly call: Json;
      readonly setAside: readonly RecordedEvent[];
      readonly seen: States<State>;
      readonly context: DecisionContext;
    },
  ): Decision {
    const { word } = this;
    if (word.word !== 'happened' && word.word !== 'refused') {
      return handler.abandon(at.seen, at.setAside, at.context);
    }
    const decision = handler.conclude(at.seen, { call: at.call, word }, at.context);
    assertSame(decision.kind === 'refused', word.word === 'refused');
    return decision;
  }

  #kept(contract: CommandContract, decision: Decision, known: ReadonlySet<string>): Rehearsed {
    if (decision.kind === 'refused') assertListed(contract.refusals, decision.code);
    const isAbandoned = decision.kind === 'happened' && this.word.word === 'never';
    if (decision.kind === 'happened' && !isAbandoned) contract.result.parse(decision.result);
    return this.#keep(decision, known);
  }

  /** An undo of the effect that an earlier forward recorded. */
  undo(command: string, effect: readonly RecordedEvent[], sagaId = 'saga-a'): Rehearsed {
    const handler = member<UndoHandler<State>>(this.service.handlers, command);
    const known = new Set(effect.map((event) => event.aggregateId));
    const decision = handler.reverse(this.#only(known), effect, contextOf(sagaId));
    assertListed(['happened', 'unchanged', 'impossible'], decision.kind);
    return this.#keep(decision, known);
  }

  /** A data operation of the service's own API. */
  operate(operation: string, input: unknown, owner = 'admin'): Rehearsed {
    const handler = member<OperationHandler<State>>(this.service.operations, operation);
    const parsed = handler.input.parse(input);
    const known = new Set(handler.aggregates(parsed));
    const context = { ...contextOf(''), owner };
    return this.#keep(handler.decide(this.#only(known), parsed, context), known);
  }

  state(aggregateId: string): State | undefined {
    return this.#states.get(aggregateId);
  }

  aggregates(): readonly AuditedAggregate<State>[] {
    return [...this.#states].map(([id, state]) => ({ id, state }));
  }

  #only(known: ReadonlySet<string>): States<State> {
    return (aggregateId) => {
      if (!known.has(aggregateId)) throw new Error(`${aggregateId} was not asked for`);
      return this.#states.get(aggregateId);
    };
  }

  #keep(decision: Decision, known: ReadonlySet<string>): Rehearsed {
    return { decision, recorded: this.#record(factsOf(decision), known) };
  }

  #record(facts: readonly NewEvent[], known: ReadonlySet<string>): readonly RecordedEvent[] {
    const stray = facts.find((fact) => !known.has(fact.aggregateId));
    if (stray !== undefined) throw new Error(`${stray.aggregateId} was not asked for`);
    return this.record(facts);
  }
}

/** Begins a specification: the history so far. */
export function given<State>(service: Rehearsable<State>, ...history: readonly NewEvent[]) {
  const rehearsal = new ServiceRehearsal(service);
  rehearsal.record(history);
  return {
    rehearsal,
    when: (command: string, input: unknown, sagaId?: string) =>
      then(rehearsal.forward(command, input, sagaId)),
    /** From here on the outside answers this; `never` is a call that was cancelled before it happened. */
    outsideAnswers: (word: OutsideWord) => {
      rehearsal.word = word;
    },
    whenOperated: (operation: string, input: unknown) => then(rehearsal.operate(operation, input)),
    /** `effect` is what an earlier `when` recorded. */
    whenUndone: (undo: string, effect: readonly RecordedEvent[], sagaId?: string) =>
      then(rehearsal.undo(undo, effect, sagaId)),
  };
}

function then({ decision, recorded }: Rehearsed) {
  const facts = recorded.map(({ seq: _seq, ...fact }) => fact);
  return {
    recorded,
    thenHappened: (...events: readonly NewEvent[]) => {
      assertSame({ kind: decision.kind, events: facts }, { kind: 'happened', events });
      return recorded;
    },
    /** Members of the result that are not named may be anything. */
    thenAnswered: (result: { readonly [member: string]: Json }) => {
      const told = decision.kind === 'happened' ? decision.result : {};
      const named = Object.keys(result).map((member) => [member, (told as typeof result)[member]]);
      const actual = { kind: decision.kind, result: Object.fromEntries(named) as unknown };
      assertSame(actual, { kind: 'happened', result });
    },
    thenNothingChanged: () => assertSame(decision.kind, 'unchanged'),
    thenRefused: (code: string, ...events: readonly NewEvent[]) => {
      const told = decision.kind === 'refused' ? decision.code : '';
      assertSame(
        { kind: decision.kind, code: told, events: facts },
        { kind: 'refused', code, events },
      );
    },
    thenBusy: (heldBy: string) => assertSame(decision, { kind: 'busy', heldBy }),
    thenImpossible: () => assertSame(decision.kind, 'impossible'),
  };
}

function factsOf(decision: Decision): readonly NewEvent[] {
  if (decision.kind === 'happened') return decision.events;
  return decision.kind === 'refused' ? decision.facts : [];
}

function contextOf(sagaId: string): DecisionContext {
  return { sagaId, owner: 'somebody', now: '2026-01-01T00:00:00.000Z', epoch: 0 };
}

function member<Member>(members: object, name: string): Member {
  const found = (members as Record<string, Member>)[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** Compares as JSON does: a specification is about facts, not about classes. Throws what any test runner shows. */
function assertSame(actual: unknown, expected: unknown): void {
  if (canonicalJson(actual) === canonicalJson(expected)) return;
  const message = `expected ${canonicalJson(expected)}, and it was ${canonicalJson(actual)}`;
  throw new AssertionError({ message, actual, expected, operator: 'deepStrictEqual' });
}

function assertListed(list: readonly string[], value: string): void {
  if (list.includes(value)) return;
  throw new Error(`"${value}" is not among ${list.join(', ')}`);
}
