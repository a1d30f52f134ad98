import type { ContractCommands } from '../kernel/contract';
import { Fault, isFault } from '../kernel/faults';
import type { StepAnswer, StepMessage } from '../kernel/step';
import { markCommit } from '../outbox/commit-mark';
import { hashOf } from '../outbox/hash';
import { crashPoint } from '../runtime/crash-point';
import type { Barred } from './admission';
import { decideStep } from './decide-step';
import type { Told } from './fence-table';
import { operateWith } from './operate';
import type { OperationAnswer, OperationCaller } from './operate';
import { ask } from './outside/ask';
import { parseMessage } from './parse';
import { transactIn } from './transact-span';
import type { OperationHandler } from './service';
import type { ParticipantOptions, StepReply } from './unit';

/** How long one message may work on the store. */
export interface HandleOptions {
  /** Rest of the attempt, milliseconds; transactions and calls give up before it is over. */
  readonly timeoutMs?: number;
  /** Called again and again while the outside is asked, so that a lost worker is noticed before its time is up. */
  readonly heartbeat?: () => void;
  /**
   * A forward is refused like this where it would take effect, and the refusal is recorded as any other. What is
   * recorded already is answered from the record.
   */
  readonly barred?: Barred;
}

/** What an attempt gets where nobody says, milliseconds. */
const timeoutMsDefault = 10_000;
/** An answer that was overtaken is asked for again; a row that moves on this often is another worker's. */
const roundsMax = 4;

/** A service behind its fence: every message and operation is one transaction, and may be repeated. */
export interface StepParticipant {
  /** Answers a saga's message. Throws a fault, which has changed nothing, for everything but an answer. */
  handle(message: StepMessage, options?: HandleOptions): Promise<StepAnswer>;
  /**
   * Runs a data operation of the service's own API, once per caller and key: a repeated key answers what the first
   * call answered, and with another input throws `STEP_INPUT_CONFLICT`.
   */
  operate(operation: string, input: unknown, by: OperationCaller): Promise<OperationAnswer>;
}

/** Puts a service's pure handlers behind the fence of its own store. */
export function createParticipant<
  State,
  Commands extends ContractCommands,
  Operations extends Record<string, OperationHandler<State>>,
>(options: ParticipantOptions<State, Commands, Operations>): StepParticipant {
  const observe = observed(options.observe);
  const { contract } = options.definition.participant;
  return {
    handle: (message, how = {}) => {
      // Whoever may schedule activities chooses the name: an unknown one makes no series of its own.
      const command = Object.hasOwn(contract.commands, message.command)
        ? message.command
        : 'unknown';
      return observe(message.kind, command, () => handleWith(options, message, how));
    },
    operate: (operation, input, by) =>
      observe('operation', operation, () => operateWith(options, operation, { input, by })),
  };
}

/**
 * One transaction where nothing outside is called. Otherwise: the intent is committed, the call is made in no
 * transaction, and its answer is committed in the next one. Whatever happens in between, the row says what to ask.
 */
async function handleWith<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  message: StepMessage,
  how: HandleOptions,
): Promise<StepAnswer> {
  const label = `${options.definition.participant.contract.name}.${message.command}`;
  await crashPoint('participant.received', label);
  const deadlineMs = performance.now() + (how.timeoutMs ?? timeoutMsDefault);
  const transact = transactionOf(options, message, { label, barred: how.barred });
  let told: Told | undefined;
  for (let round = 0; round < roundsMax; round += 1) {
    const reply = await transact(told, deadlineMs - performance.now());
    if (reply.answer !== 'ask') {
      await crashPoint('participant.committed-not-answered', label);
      return reply;
    }
    await crashPoint('participant.intent-committed', label);
    told = await ask(options.outside, reply.errand, { ...how, deadlineMs });
    await crashPoint('participant.called-not-concluded', label);
  }
  throw new Fault('STORE_CONFLICT', `the row of "${message.step}" moved on ${roundsMax} times`);
}

function transactionOf<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  message: StepMessage,
  { label, barred }: { readonly label: string; readonly barred: Barred | undefined },
): (told: Told | undefined, timeoutMs: number) => Promise<StepReply> {
  const parsed = parseMessage(options.definition.participant.contract.commands, message);
  const inputHash = parsed.kind === 'forward' ? hashOf(parsed.input) : '';
  const key = { sagaId: message.sagaId, step: message.step };
  const transact = transactIn(options);
  return (told, timeoutMs) =>
    transact(
      key,
      async (view) => {
        const now = options.clock().toISOString();
        const step = { message, parsed, inputHash, view, told, now, barred };
        const outcome = await decideStep(options, step);
        await crashPoint('participant.before-commit', label);
        return markCommit(key, outcome);
      },
      { timeoutMs, written: () => crashPoint('participant.written-not-committed', label) },
    );
}

type Observe = <Answer extends { readonly answer: string }>(
  kind: StepMessage['kind'] | 'operation',
  command: string,
  work: () => Promise<Answer>,
) => Promise<Answer>;

/** Reports every outcome, and turns what a handler threw by mistake into `INVARIANT_BROKEN`. */
function observed(observer: ParticipantOptions<never>['observe']): Observe {
  return async (kind, command, work) => {
    const startedMs = performance.now();
    const report = (outcome: string) =>
      observer?.handled?.({ kind, command, outcome, durationMs: performance.now() - startedMs });
    try {
      const answer = await work();
      report(answer.answer);
      return answer;
    } catch (error) {
      const fault = isFault(error)
        ? error
        : new Fault('INVARIANT_BROKEN', `${command}: ${String(error)}`, { cause: error });
      report(fault.code);
      throw fault;
    }
  };
}
