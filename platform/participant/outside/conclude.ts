import type { Decision, NewEvent } from '../../kernel/decision';
import { Fault } from '../../kernel/faults';
import type { Json } from '../../kernel/json';
import type { StepAnswer } from '../../kernel/step';
import type { TransactionOutcome, TransactionView } from '../../outbox/ports';
import type { StampContext } from '../../outbox/stamp';
import type { FenceConclusion, StepRecord, Told } from '../fence-table';
import { loadAggregates, recordEvents, statesOf } from '../record';
import type {
  Conclusive,
  DecisionContext,
  OutsideHandler,
  ServiceDefinition,
  States,
  UndoHandler,
} from '../service';
import { reversing } from '../unit';
import { intentOf } from './call-table';
import type { OutsideWord } from './port';

/** An open row inside the transaction that closes it. */
export interface Concluding<State> {
  readonly view: TransactionView<State>;
  readonly row: StepRecord;
  readonly told: Told;
  readonly run: string;
  readonly evolve: ServiceDefinition<State>['evolve'];
  readonly handler: unknown;
  readonly context: DecisionContext;
  readonly stamp: StampContext;
  /** The contract's closed list of the command that was called. */
  readonly refusals: readonly string[];
  parseResult(result: Json): Json;
}

/** What is recorded of a conclusion, and the result or refusal it ends with. */
interface Said {
  readonly events: readonly NewEvent[];
  readonly result: Json;
}

/** Writes what the outside's word makes of the row: events, state and row together, as everywhere. */
export async function applyConclusion<State>(
  work: Concluding<State>,
  verdict: FenceConclusion,
): Promise<TransactionOutcome<StepAnswer, State>> {
  const { view, row, run } = work;
  const loaded = await loadAggregates(view, intentOf(row).aggregates);
  const { events, result } = said(work, verdict, statesOf(loaded));
  const { recorded, changes } = recordEvents(loaded, events, work);
  const { state, epoch } = verdict;
  const effect = state === 'done' ? [...row.effect, ...recorded] : [];
  const isRemembered = state === 'done' || state === 'refused';
  const ended = { state, epoch, run, result: isRemembered ? result : null, effect };
  return {
    answer: answerOf(verdict, result),
    commit: { stepRecord: { ...row, ...ended }, aggregates: changes },
  };
}

function answerOf({ answer }: FenceConclusion, result: Json): StepAnswer {
  if (answer === 'done') return { answer, result };
  if (answer !== 'refused') return { answer };
  return { answer, ...(result as { code: string; detail: string }) };
}

function said<State>(
  work: Concluding<State>,
  { by }: FenceConclusion,
  states: States<State>,
): Said {
  const { row, context } = work;
  const forward = work.handler as OutsideHandler<State, Json>;
  switch (by) {
    case 'conclude': {
      const word = conclusive(work.told.word);
      const { call } = intentOf(row);
      return concluded(work, word, forward.conclude(states, { call, word }, context));
    }
    case 'abandon': {
      const nothing = row.effect.length === 0;
      const events = nothing ? [] : reversing(forward.abandon(states, row.effect, context));
      return { events, result: null };
    }
    case 'reverse': {
      const undo = work.handler as UndoHandler<State>;
      return { events: reversing(undo.reverse(states, row.effect, context)), result: null };
    }
    case 'restore':
      return { events: [], result: intentOf(row).result };
  }
}

/** A call that cannot be reversed has happened, whatever question it was that brought it to light. */
function conclusive(word: OutsideWord): Conclusive {
  if (word.word === 'refused' || word.word === 'happened') return word;
  if (word.word === 'irreversible') return { word: 'happened', answer: word.answer };
  throw new Fault('INVARIANT_BROKEN', `nothing follows from "${word.word}"`);
}

/** Holds a handler to the word: what happened outside is a fact, and no decision of ours can refuse it. */
function concluded<State>(work: Concluding<State>, word: Conclusive, decision: Decision): Said {
  if (decision.kind === 'busy') throw new Fault('BUSY', `held by ${decision.heldBy}`);
  if (word.word === 'happened' && decision.kind === 'happened') {
    return { events: decision.events, result: work.parseResult(decision.result) };
  }
  if (word.word === 'happened' && decision.kind === 'unchanged') {
    return { events: [], result: work.parseResult(decision.result) };
  }
  if (word.word === 'refused' && decision.kind === 'refused') {
    const { code, detail, facts } = decision;
    if (work.refusals.includes(code)) return { events: facts, result: { code, detail } };
    throw new Fault('INVARIANT_BROKEN', `${code} is not a refusal of the contract`);
  }
  const detail = decision.kind === 'impossible' ? `: ${decision.detail}` : '';
  throw new Fault('INVARIANT_BROKEN', `"${word.word}" was concluded ${decision.kind}${detail}`);
}
