import type { ContractCommands } from '../kernel/contract';
import { Fault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { StepAnswer } from '../kernel/step';
import { markCommit } from '../outbox/commit-mark';
import { hashOf } from '../outbox/hash';
import type { TransactionOutcome, TransactionView } from '../outbox/ports';
import { operationPrefix } from './closing';
import { refusalOf } from './fence-table';
import type { StepRecord } from './fence-table';
import { parseInput } from './parse';
import { transactIn } from './transact-span';
import type { OperationHandler } from './service';
import { applyForward } from './unit';
import type { ParticipantOptions } from './unit';

/** Who calls an operation, and under which idempotency key. */
export interface OperationCaller {
  /** The caller's `Idempotency-Key`; unique per owner. */
  readonly key: string;
  /** Pseudonym of the caller. */
  readonly owner: string;
}

/** What an operation answers; technical trouble and a conflicting key are faults. */
export type OperationAnswer = Extract<StepAnswer, { answer: 'done' | 'refused' }>;

type Options<State, Commands extends ContractCommands> = ParticipantOptions<
  State,
  Commands,
  Record<string, OperationHandler<State>>
>;

interface Call {
  readonly operation: string;
  readonly handler: OperationHandler<unknown>;
  readonly input: Json;
  readonly inputHash: string;
  readonly by: OperationCaller;
}

/**
 * One operation as one transaction, through the same unit of work as a saga's step. Its row is keyed
 * `(api/<owner>/<key>, operation)` and is kept for good; operations are never undone. Throws `COMMAND_UNKNOWN`,
 * `COMMAND_INVALID`, `STEP_INPUT_CONFLICT` for a used key with another input, and what `transact` throws.
 */
export async function operateWith<State, Commands extends ContractCommands>(
  options: Options<State, Commands>,
  operation: string,
  { input, by }: { readonly input: unknown; readonly by: OperationCaller },
): Promise<OperationAnswer> {
  const { operations } = options.definition;
  const handler = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (handler === undefined) throw new Fault('COMMAND_UNKNOWN', `no operation "${operation}"`);
  const parsed = parseInput(handler.input, input);
  const call = { operation, handler, input: parsed, inputHash: hashOf(parsed), by } as Call;
  const key = { sagaId: originOf(by), step: operation };
  const answer = await transactIn(options)(key, async (view) => {
    return answerFrom(view.stepRecord, call) ?? markCommit(key, await apply(options, view, call));
  });
  return answer as OperationAnswer;
}

function originOf(by: OperationCaller): string {
  return `${operationPrefix}${by.owner}/${by.key}`;
}

/** The stored answer of a repeated call. Unlike a step's, a stored refusal is compared with its input too. */
function answerFrom(
  row: StepRecord | undefined,
  call: Call,
): TransactionOutcome<StepAnswer, never> | undefined {
  if (row === undefined) return undefined;
  if (row.inputHash !== call.inputHash) {
    throw new Fault('STEP_INPUT_CONFLICT', `the key of "${call.operation}" has another input`);
  }
  return { answer: row.state === 'done' ? { answer: 'done', result: row.result } : refusalOf(row) };
}

function apply<State, Commands extends ContractCommands>(
  options: Options<State, Commands>,
  view: TransactionView<State>,
  { operation, handler, input, inputHash, by }: Call,
): Promise<TransactionOutcome<StepAnswer, State>> {
  const time = options.clock().toISOString();
  const traceparent = options.trace?.();
  const context = { sagaId: originOf(by), owner: by.owner, now: time, epoch: 0 };
  return applyForward<State>({
    view,
    aggregates: handler.aggregates(input),
    decide: (states) => handler.decide(states, input, context),
    evolve: (state, event) => options.definition.evolve(state, event),
    stamp: {
      partitions: options.partitions,
      schemas: options.schemas,
      time,
      correlationId: by.key,
      causationId: `${originOf(by)}:${operation}`,
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    row: { epoch: 0, run: 'api', inputHash, command: operation, recordedAt: time },
    refusals: undefined,
    parseResult: (result) => result,
  });
}
