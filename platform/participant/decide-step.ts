import type { ContractCommands } from '../kernel/contract';
import { Fault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { StepMessage } from '../kernel/step';
import { hashOf } from '../outbox/hash';
import type { TransactionOutcome, TransactionView } from '../outbox/ports';
import type { Barred } from './admission';
import { consultClosing } from './closing';
import type { FenceConclusion, FenceMessage, FenceVerdict, StepRecord, Told } from './fence-table';
import { intentOf } from './outside/call-table';
import { applyConclusion } from './outside/conclude';
import type { OutsideIntent } from './outside/port';
import type { ParsedMessage } from './parse';
import { provenanceOf } from './provenance';
import type { CommandHandler, OperationHandler, States, UndoHandler } from './service';
import { applyForward, applyIntend, applyReverse } from './unit';
import type { ParticipantOptions, StepReply } from './unit';

/** A parsed message inside its transaction. */
interface Step<State> {
  readonly message: StepMessage;
  readonly parsed: ParsedMessage;
  readonly inputHash: string;
  readonly view: TransactionView<State>;
  /** Business time of the transaction, RFC 3339. */
  readonly now: string;
  /** What the outside said between this transaction and the last one. */
  readonly told?: Told | undefined;
  /** Why it may not take effect. */
  readonly barred?: Barred | undefined;
}

/** Asks the fence and does what it says; nothing is written by a fault. */
export async function decideStep<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  step: Step<State>,
): Promise<TransactionOutcome<StepReply, State>> {
  const { kind, epoch, run } = step.message;
  const message: FenceMessage = { kind, epoch, run, inputHash: step.inputHash };
  const verdict = consultClosing(step.view, message, step.told);
  switch (verdict.do) {
    case 'fault':
      throw new Fault(verdict.code, describe(step.message, step.view.stepRecord));
    case 'answer':
      return verdict.write === undefined
        ? { answer: verdict.answer }
        : {
            answer: verdict.answer,
            commit: { stepRecord: { ...verdict.write, ...rowFactsOf(step) }, aggregates: [] },
          };
    case 'apply':
      return step.barred === undefined ? forward(options, step) : bar(step, step.barred);
    case 'reverse':
      return reverse(options, step, verdict.effect);
    case 'ask':
      return question(step, verdict);
    case 'conclude':
      return conclude(options, step, verdict);
  }
}

function forward<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  step: Step<State>,
): Promise<TransactionOutcome<StepReply, State>> {
  const { message, parsed, inputHash, view } = step;
  if (parsed.kind !== 'forward') throw new Fault('INVARIANT_BROKEN', 'only a forward is applied');
  const { contract, input } = parsed;
  const { handlers } = options.definition;
  const handler = handlerOf<CommandHandler<State, Json>>(handlers, message.command);
  const { context, stamp } = originOf(options, step, 'forward');
  const unit = {
    view,
    aggregates: handler.aggregates(input),
    related: (states: States<State>) => handler.related?.(states, input) ?? [],
    evolve: options.definition.evolve.bind(options.definition),
    stamp,
    row: { epoch: message.epoch, run: message.run, inputHash, ...rowFactsOf(step) },
    refusals: contract.refusals,
    parseResult: (result: Json) => parseResult(contract, result, message.command),
  };
  if ('decide' in handler) {
    return applyForward({ ...unit, decide: (states) => handler.decide(states, input, context) });
  }
  return applyIntend({
    ...unit,
    intend: (states) => handler.intend(states, input, context),
    intentOf: (call, aggregates) =>
      outsideIntent(message, { call, aggregates, direction: 'forward', result: null }),
  });
}

/** Refused like by a handler, with a row: an attempt that was let in before and comes late finds the door shut. */
function bar<State>(step: Step<State>, barred: Barred): TransactionOutcome<StepReply, State> {
  const { message, inputHash } = step;
  const { epoch, run } = message;
  const result = { ...barred };
  const row = { ...rowFactsOf(step), state: 'refused', epoch, run, inputHash, result } as const;
  return {
    answer: { answer: 'refused', ...barred },
    commit: { stepRecord: { ...row, effect: [] }, aggregates: [] },
  };
}

/** The key is the step's own, so that whoever repeats the call, or closes it, names the same one. */
function outsideIntent(
  { sagaId, step, epoch, command }: StepMessage,
  intent: Pick<OutsideIntent, 'call' | 'aggregates' | 'result'> & {
    readonly direction: 'forward' | 'undo';
  },
): OutsideIntent {
  const { direction, ...rest } = intent;
  return { ...rest, command, key: hashOf([sagaId, step, epoch, direction]) };
}

function question<State>(
  step: Step<State>,
  { verb, write }: Extract<FenceVerdict, { do: 'ask' }>,
): TransactionOutcome<StepReply, State> {
  const row = step.view.stepRecord;
  if (row === undefined) throw new Fault('INVARIANT_BROKEN', 'there is nothing to ask about');
  const { key, call } = intentOf(row);
  const answer = { answer: 'ask', errand: { verb, key, call } } as const;
  return write === undefined
    ? { answer }
    : { answer, commit: { stepRecord: { ...write, ...rowFactsOf(step) }, aggregates: [] } };
}

function conclude<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  step: Step<State>,
  verdict: FenceConclusion,
) {
  const { message, view, told } = step;
  const row = view.stepRecord;
  if (row === undefined || told === undefined) {
    throw new Fault('INVARIANT_BROKEN', 'there is nothing to conclude');
  }
  const { command } = intentOf(row);
  const isForward = verdict.by === 'conclude';
  // What is concluded belongs to the epoch the call was made under; what is taken back, to the message.
  const from = isForward ? { ...step, message: { ...message, epoch: row.epoch } } : step;
  const contract = options.definition.participant.contract.commands[command];
  return applyConclusion<State>(
    {
      ...{ view, told, run: message.run },
      row: { ...row, ...rowFactsOf(step) },
      ...originOf(options, from, isForward ? 'forward' : 'undo'),
      evolve: options.definition.evolve.bind(options.definition),
      handler: handlerOf(options.definition.handlers, command),
      refusals: contract?.kind === 'command' ? contract.refusals : [],
      parseResult: (result) => parseResult(contract, result, command),
    },
    verdict,
  );
}

async function reverse<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  step: Step<State>,
  effect: StepRecord['effect'],
): Promise<TransactionOutcome<StepReply, State>> {
  const { message, view } = step;
  const handler = handlerOf<UndoHandler<State>>(options.definition.handlers, message.command);
  const { context, stamp } = originOf(options, step, 'undo');
  const inputHash = view.stepRecord?.inputHash ?? '';
  const reversed = await applyReverse<State>(
    {
      view,
      decide: (states) => handler.reverse(states, effect, context),
      evolve: (state, event) => options.definition.evolve(state, event),
      stamp,
      row: { epoch: message.epoch, run: message.run, inputHash, ...rowFactsOf(step) },
    },
    effect,
  );
  const call = effect.length === 0 ? undefined : handler.outside?.(effect);
  const row = view.stepRecord;
  if (call === undefined || row === undefined) return reversed;
  // It can be reversed here; before anything is, the outside must have reversed its part.
  const aggregates = effect.map((event) => event.aggregateId);
  const { result } = row;
  const intent = outsideIntent(message, { call, aggregates, direction: 'undo', result });
  const { epoch, run } = message;
  const kept = { ...row, ...rowFactsOf(step) };
  const stepRecord: StepRecord = { ...kept, state: 'undoing', epoch, run, result: intent };
  return {
    answer: { answer: 'ask', errand: { verb: 'call', key: intent.key, call } },
    commit: { stepRecord, aggregates: [] },
  };
}

function rowFactsOf<State>({ message, view, now }: Step<State>) {
  return provenanceOf(view.stepRecord, message, now);
}

/** The handler of a command that is known to be in the contract; the definition's type demands one for each. */
function handlerOf<Handler>(handlers: object, command: string): Handler {
  return (handlers as Record<string, Handler>)[command] as Handler;
}

function originOf(
  options: Pick<ParticipantOptions<never>, 'partitions' | 'schemas' | 'trace'>,
  { message, now: time }: Pick<Step<unknown>, 'message' | 'now'>,
  direction: 'forward' | 'undo',
) {
  const { sagaId, step, epoch, owner, correlationId } = message;
  const traceparent = options.trace?.();
  const stamp = {
    partitions: options.partitions,
    schemas: options.schemas,
    time,
    ...{ sagaId, step, epoch, direction, correlationId },
    causationId: `${sagaId}:${step}:${epoch}:${direction}`,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  return { context: { sagaId, owner, now: time, epoch }, stamp };
}

function parseResult(
  contract: ContractCommands[string] | undefined,
  result: Json,
  command: string,
): Json {
  const parsed = contract?.kind === 'command' ? contract.result.safeParse(result) : undefined;
  if (parsed?.success === true) return parsed.data as Json;
  throw new Fault('INVARIANT_BROKEN', `the result of ${command} does not fit its contract`);
}

function describe(message: StepMessage, row: StepRecord | undefined): string {
  const trimmed = row?.trimmed === true ? ' (trimmed)' : '';
  const stands = row === undefined ? 'no row' : `${row.state} ${row.epoch}${trimmed}`;
  return `${message.kind} ${message.epoch} of "${message.step}" over ${stands}`;
}
