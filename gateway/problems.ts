import { Problem, platformProblems } from '../platform/http/problem';
import type { ProblemOptions } from '../platform/http/problem';

/** Codes of the gateway's own problems: status and title. */
export const gatewayProblems = {
  SAGA_UNKNOWN: [404, 'There is no saga of this name'],
  IDEMPOTENCY_KEY_REUSED: [422, 'The Idempotency-Key was used with another body'],
  CALLER_MISMATCH: [422, 'The request speaks for somebody else'],
  APPROVER_IS_INITIATOR: [403, 'Nobody decides on a saga they started'],
  TOO_LATE: [409, 'The saga is past its point of no return'],
  SAGA_FINISHED: [409, 'The saga has ended'],
  SAGA_ENGINE_UNAVAILABLE: [503, 'The saga engine does not answer'],
  WORKERS_AWAY: [503, 'No worker answered for this saga'],
  READ_MODEL_UNAVAILABLE: [503, 'The read model does not answer'],
} as const satisfies Record<string, readonly [number, string]>;

export type GatewayProblemCode = keyof typeof gatewayProblems;

/** Builds one of the gateway's own problems. */
export function gatewayProblem(code: GatewayProblemCode, options: ProblemOptions = {}): Problem {
  const [status, title] = gatewayProblems[code];
  return new Problem(status, code, title, options);
}

/**
 * Codes that services and sagas refuse with. The status is that of the operation itself; a start that names something
 * that is not there answers the same code with 422.
 */
export const refusalPages: Readonly<Record<string, readonly [number, string]>> = {
  UNKNOWN_PRODUCT: [404, 'There is no such product'],
  PRODUCT_EXISTS: [409, 'There is a product with this SKU'],
  UNKNOWN_ACCOUNT: [404, 'The customer has no account'],
  ACCOUNT_EXISTS: [409, 'The customer has an account'],
  CURRENCY_MISMATCH: [422, 'The currency is not the one used there'],
  NOT_PARKED: [409, 'The saga has no such parked step'],
  STEP_AMBIGUOUS: [409, 'Several steps are parked: name one'],
  STEP_UNSETTLED: [409, 'It is not known yet what became of the step'],
  PIVOT_NOT_SKIPPABLE: [409, 'The step the saga turns on cannot be skipped'],
  NOT_AWAITED: [409, 'The saga awaits no such decision'],
  VERB_IN_PROGRESS: [409, 'The step is being acted on already'],
  VERB_INVALID: [400, 'The saga cannot read this'],
  VERB_REFUSED: [409, 'The saga refused this'],
};

/** Status and title of every problem with a page of its own. */
export const problemPages: Readonly<Record<string, readonly [number, string]>> = {
  ...refusalPages,
  ...platformProblems,
  ...gatewayProblems,
};
