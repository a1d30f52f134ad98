import type { ContractCommands } from '../kernel/contract';
import { Fault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { StepAnswer, StepMessage } from '../kernel/step';
import type { TransactionOutcome, TransactionView } from '../outbox/ports';
import { consultClosing } from './closing';
import type { FenceMessage, StepRecord } from './fence-table';
import type { ParsedMessage } from './parse';
import { provenanceOf } from './provenance';
import type { CommandHandler, OperationHandler, UndoHandler } from './service';
import { applyForward, applyReverse } from './unit';
import type { ParticipantOptions } from './unit';

/** A parsed message inside its transaction. */
interface Step<State> {
  readonly message: StepMessage;
  readonly parsed: ParsedMessage;
  readonly inputHash: string;
  readonly view: TransactionView<State>;
  /** Business time of the transaction, RFC 3339. */
  readonly now: string;
}

/** Asks the fence and does what it says; nothing is written by a fault. */
export async function decideStep<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  step: Step<State>,
): Promise<TransactionOutcome<StepAnswer, State>> {
  const { kind, epoch, run } = step.message;
  const message: FenceMessage = { kind, epoch, run, inputHash: step.inputHash };
  const verdict = consultClosing(step.view.closing, step.view.stepRecord, message);
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
      return forward(options, step);
    case 'reverse':
      return reverse(options, step, verdict.effect);
  }
}

function forward<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  step: Step<State>,
) {
  const { message, parsed, inputHash, view } = step;
  if (parsed.kind !== 'forward') throw new Fault('INVARIANT_BROKEN', 'only a forward is applied');
  const { contract, input } = parsed;
  const handler = handlerOf<CommandHandler<State, Json>>(options.definition.handlers, message);
  const { context, stamp } = originOf(options, step, 'forward');
  return applyForward<State>({
    view,
    aggregates: handler.aggregates(input),
    related: (states) => handler.related?.(states, input) ?? [],
    decide: (states) => handler.decide(states, input, context),
    evolve: (state, event) => options.definition.evolve(state, event),
    stamp,
    row: { epoch: message.epoch, run: message.run, inputHash, ...rowFactsOf(step) },
    refusals: contract.refusals,
    parseResult: (result) => parseResult(contract.result.safeParse(result), message.command),
  });
}

function reverse<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  step: Step<State>,
  effect: StepRecord['effect'],
) {
  const { message, view } = step;
  const handler = handlerOf<UndoHandler<State>>(options.definition.handlers, message);
  const { context, stamp } = originOf(options, step, 'undo');
  const inputHash = view.stepRecord?.inputHash ?? '';
  return applyReverse<State>(
    {
      view,
      decide: (states) => handler.reverse(states, effect, context),
      evolve: (state, event) => options.definition.evolve(state, event),
      stamp,
      row: { epoch: message.epoch, run: message.run, inputHash, ...rowFactsOf(step) },
    },
    effect,
  );
}

function rowFactsOf<State>({ message, view, now }: Step<State>) {
  return provenanceOf(view.stepRecord, message, now);
}

/** The handler of a command that is known to be in the contract; the definition's type demands one for each. */
function handlerOf<Handler>(handlers: object, message: StepMessage): Handler {
  return (handlers as Record<string, Handler>)[message.command] as Handler;
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
  return { context: { sagaId, owner, now: time }, stamp };
}

function parseResult(parsed: { success: boolean; data?: unknown }, command: string): Json {
  if (parsed.success) return parsed.data as Json;
  throw new Fault('INVARIANT_BROKEN', `the result of ${command} does not fit its contract`);
}

function describe(message: StepMessage, row: StepRecord | undefined): string {
  const trimmed = row?.trimmed === true ? ' (trimmed)' : '';
  const stands = row === undefined ? 'no row' : `${row.state} ${row.epoch}${trimmed}`;
  return `${message.kind} ${message.epoch} of "${message.step}" over ${stands}`;
}
