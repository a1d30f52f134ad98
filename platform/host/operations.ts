import { idempotencyKeyOf } from '../http/idempotency-key';
import { Problem, problem } from '../http/problem';
import { isFault } from '../kernel/faults';
import type { Fault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { StepParticipant } from '../participant/handle';
import type { Call, OperationHandlers, Operations } from '../security/operations';

/** HTTP status of each refusal of an API's operations; a code that is not listed is a 409. */
export type RefusalStatuses = Readonly<Record<string, number>>;

/**
 * Runs a data operation under the caller's `Idempotency-Key`: a repeated call answers as the first one did. Throws
 * problems: a refusal by its code, a used key with another body as 422.
 */
export async function runOperation(
  participant: StepParticipant,
  call: Pick<Call, 'request' | 'principal'>,
  what: { readonly operation: string; readonly input: unknown; readonly statuses: RefusalStatuses },
): Promise<Json> {
  const key = idempotencyKeyOf(call.request);
  const owner = call.principal?.subject ?? '';
  const answer = await participant.operate(what.operation, what.input, { key, owner });
  if (answer.answer === 'done') return answer.result;
  const status = what.statuses[answer.code] ?? 409;
  throw new Problem(status, answer.code, titleOf(answer.code), { detail: answer.detail });
}

/** `ACCOUNT_EXISTS` as a sentence: Account exists. */
function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The same handlers, with the faults of participant and store turned into problems. */
export function withFaultsAsProblems<Table extends Operations>(
  handlers: OperationHandlers<Table>,
): OperationHandlers<Table> {
  const wrapped = Object.entries(handlers).map(([name, handler]) => [
    name,
    async (call: Call) => {
      try {
        return await (handler as (call: Call) => unknown)(call);
      } catch (error) {
        throw isFault(error) ? problemOfFault(error) : error;
      }
    },
  ]);
  return Object.fromEntries(wrapped) as OperationHandlers<Table>;
}

function problemOfFault(fault: Fault): unknown {
  switch (fault.code) {
    case 'STORE_UNAVAILABLE':
    case 'KEYS_UNAVAILABLE':
    case 'STORE_CONFLICT':
    case 'BUSY':
      return problem('SERVICE_UNAVAILABLE', { detail: 'try again', cause: fault });
    case 'STEP_INPUT_CONFLICT':
      return new Problem(
        422,
        'IDEMPOTENCY_KEY_REUSED',
        'The Idempotency-Key was used with another body',
        { cause: fault },
      );
    default:
      return fault;
  }
}
