import type { ContractCommands } from '../kernel/contract';
import { Fault, isFault } from '../kernel/faults';
import type { StepAnswer, StepMessage } from '../kernel/step';
import { hashOf } from '../outbox/hash';
import { crashPoint } from '../runtime/crash-point';
import { decideStep } from './decide-step';
import { operateWith } from './operate';
import type { OperationAnswer, OperationCaller } from './operate';
import { parseMessage } from './parse';
import type { OperationHandler } from './service';
import type { ParticipantOptions } from './unit';

/** How long one message may work on the store. */
export interface HandleOptions {
  /** Rest of the attempt, milliseconds; the transaction gives up before it is over. */
  readonly timeoutMs?: number;
}

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
  return {
    handle: (message, { timeoutMs } = {}) =>
      observe(message.kind, message.command, () => handleWith(options, message, timeoutMs)),
    operate: (operation, input, by) =>
      observe('operation', operation, () => operateWith(options, operation, { input, by })),
  };
}

async function handleWith<State, Commands extends ContractCommands>(
  options: ParticipantOptions<State, Commands, Record<string, OperationHandler<State>>>,
  message: StepMessage,
  timeoutMs: number | undefined,
): Promise<StepAnswer> {
  const { contract } = options.definition.participant;
  const parsed = parseMessage(contract.commands, message);
  const inputHash = parsed.kind === 'forward' ? hashOf(parsed.input) : '';
  const label = `${contract.name}.${message.command}`;
  const answer = await options.store.transact(
    { sagaId: message.sagaId, step: message.step },
    async (view) => {
      const now = options.clock().toISOString();
      const outcome = await decideStep(options, { message, parsed, inputHash, view, now });
      await crashPoint('participant.before-commit', label);
      return outcome;
    },
    timeoutMs === undefined ? undefined : { timeoutMs },
  );
  await crashPoint('participant.committed-not-answered', label);
  return answer;
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
