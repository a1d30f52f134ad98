import type { ContractCommands } from '../kernel/contract';
import type { Decision, Intention, NewEvent, RecordedEvent } from '../kernel/decision';
import { Fault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { StepAnswer } from '../kernel/step';
import type {
  EventSchemas,
  ServiceStore,
  TransactionOutcome,
  TransactionView,
} from '../outbox/ports';
import type { StampContext } from '../outbox/stamp';
import type { StepRecord } from './fence-table';
import type { Errand, Outside, OutsideIntent } from './outside/port';
import { loadAggregates, recordEvents, statesOf } from './record';
import type { Loaded } from './record';
import type { OperationHandler, ServiceDefinition, States } from './service';

/** What a participant is built from. */
export interface ParticipantOptions<
  State,
  Commands extends ContractCommands = ContractCommands,
  Operations extends Record<string, OperationHandler<State>> = Record<
    string,
    OperationHandler<State>
  >,
> {
  readonly definition: ServiceDefinition<State, Commands, Operations>;
  readonly store: Pick<ServiceStore<State>, 'transact' | 'system'>;
  readonly schemas: EventSchemas;
  /** Business time; asked once per transaction. */
  readonly clock: () => Date;
  /** Partitions of the service's topic; never changes for a topic. */
  readonly partitions: number;
  /** The `traceparent` of the work at hand, written with every event. */
  readonly trace?: () => string | undefined;
  readonly observe?: ParticipantObserver;
  /** Needed by services with commands that call the outside. */
  readonly outside?: Pick<Outside, 'ask'>;
}

/** What a transaction of a step answers: what the saga is told, or what has to be asked of the outside first. */
export type StepReply = StepAnswer | { readonly answer: 'ask'; readonly errand: Errand };

/** Where a participant reports; must not throw. */
export interface ParticipantObserver {
  /** After every message and operation; `outcome` is the answer, or the code of the fault that was thrown. */
  handled?(seen: {
    readonly kind: 'forward' | 'undo' | 'settle' | 'operation';
    readonly command: string;
    readonly outcome: string;
    readonly durationMs: number;
  }): void;
}

/** One decision inside one transaction: whose step, on which aggregates, and how the answer becomes a row. */
export interface Unit<State> {
  readonly view: TransactionView<State>;
  readonly aggregates: readonly string[];
  /** Aggregates that only the first ones name. */
  related?(states: States<State>): readonly string[];
  decide(states: States<State>): Decision;
  evolve(state: State | undefined, event: RecordedEvent): State;
  readonly stamp: StampContext;
  /** What of the row that will be written is known before the decision. */
  readonly row: Omit<StepRecord, 'state' | 'result' | 'effect' | 'trimmed'>;
  /** The contract's closed list; undefined for operations, whose refusals go to their own caller. */
  readonly refusals: readonly string[] | undefined;
  /** Checks a result against the contract and answers it parsed. */
  parseResult(result: Json): Json;
}

/** Decides forward and turns the decision into what is written; faults write nothing. */
export async function applyForward<State>(
  unit: Unit<State>,
): Promise<TransactionOutcome<StepAnswer, State>> {
  const loaded = await loadUnit(unit);
  return recordDecision(unit, loaded, unit.decide(statesOf(loaded)));
}

/** A forward that may have to call the outside: how it is decided, and how a call becomes the row's intent. */
export type IntendingUnit<State> = Omit<Unit<State>, 'decide'> & {
  intend(states: States<State>): Decision | Intention;
  intentOf(call: Json, aggregates: readonly string[]): OutsideIntent;
};

/** Commits the intent with what it sets aside; only what is committed here may be called outside. */
export async function applyIntend<State>(
  unit: IntendingUnit<State>,
): Promise<TransactionOutcome<StepReply, State>> {
  const loaded = await loadUnit(unit);
  const decision = unit.intend(statesOf(loaded));
  if (decision.kind !== 'intended') return recordDecision(unit, loaded, decision);
  const { call, events } = decision;
  const intent = unit.intentOf(call, [...loaded.keys()]);
  const { recorded, changes } = recordEvents(loaded, events, unit);
  const stepRecord: StepRecord = {
    ...unit.row,
    state: 'intent',
    result: intent,
    effect: recorded,
  };
  return {
    answer: { answer: 'ask', errand: { verb: 'call', key: intent.key, call } },
    commit: { stepRecord, aggregates: changes },
  };
}

function recordDecision<State>(
  unit: Omit<Unit<State>, 'decide'>,
  loaded: Loaded<State>,
  decision: Decision,
): TransactionOutcome<StepAnswer, State> {
  switch (decision.kind) {
    case 'happened':
    case 'unchanged': {
      const events = decision.kind === 'happened' ? decision.events : [];
      const { recorded, changes } = recordEvents(loaded, events, unit);
      const result = unit.parseResult(decision.result);
      const stepRecord: StepRecord = { ...unit.row, state: 'done', result, effect: recorded };
      return { answer: { answer: 'done', result }, commit: { stepRecord, aggregates: changes } };
    }
    case 'refused': {
      const { code, detail, facts } = decision;
      if (unit.refusals?.includes(code) === false) {
        throw new Fault('INVARIANT_BROKEN', `${code} is not a refusal of the contract`);
      }
      const { changes } = recordEvents(loaded, facts, unit);
      const result = { code, detail };
      const stepRecord: StepRecord = { ...unit.row, state: 'refused', result, effect: [] };
      return {
        answer: { answer: 'refused', code, detail },
        commit: { stepRecord, aggregates: changes },
      };
    }
    case 'busy':
      throw new Fault('BUSY', `held by ${decision.heldBy}`);
    case 'impossible':
      throw new Fault('INVARIANT_BROKEN', `a forward cannot be impossible: ${decision.detail}`);
  }
}

async function loadUnit<State>(
  unit: Pick<Unit<State>, 'view' | 'aggregates' | 'related'>,
): Promise<Loaded<State>> {
  const named = await loadAggregates(unit.view, unit.aggregates);
  const missing = unit.related?.(statesOf(named)).filter((id) => !named.has(id)) ?? [];
  if (missing.length === 0) return named;
  return new Map([...named, ...(await loadAggregates(unit.view, missing))]);
}

/** Reverses a recorded effect. An effect of kind none is reversed by doing nothing. */
export async function applyReverse<State>(
  unit: Pick<Unit<State>, 'view' | 'evolve' | 'stamp' | 'row'> & {
    decide(states: States<State>): Decision;
  },
  effect: readonly RecordedEvent[],
): Promise<TransactionOutcome<StepAnswer, State>> {
  const ids = effect.map((event) => event.aggregateId);
  const loaded = await loadAggregates(unit.view, ids);
  const events = effect.length === 0 ? [] : reversing(unit.decide(statesOf(loaded)));
  const { changes } = recordEvents(loaded, events, unit);
  const stepRecord: StepRecord = { ...unit.row, state: 'undone', result: null, effect: [] };
  return { answer: { answer: 'undone' }, commit: { stepRecord, aggregates: changes } };
}

/** The events of a reversal; everything else an undo may say is a fault. */
export function reversing(decision: Decision): readonly NewEvent[] {
  switch (decision.kind) {
    case 'happened':
      return decision.events;
    case 'unchanged':
      return [];
    case 'impossible':
      throw new Fault('UNDO_IMPOSSIBLE', decision.detail);
    case 'busy':
      throw new Fault('BUSY', `held by ${decision.heldBy}`);
    case 'refused':
      throw new Fault('INVARIANT_BROKEN', `an undo has no refusals, got ${decision.code}`);
  }
}
