import { Problem, platformProblems } from '../platform/http/problem';
import type { ProblemOptions } from '../platform/http/problem';

/** Codes of the gateway's own problems: status and title. */
export const gatewayProblems = {
  SAGA_UNKNOWN: [404, 'There is no saga of this name'],
  IDEMPOTENCY_KEY_REUSED: [422, 'The Idempotency-Key was used with another body'],
  CALLER_MISMATCH: [422, 'The request speaks for somebody else'],
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

/** Status and title of every problem with a page of its own. */
export const problemPages: Readonly<Record<string, readonly [number, string]>> = {
  ...platformProblems,
  ...gatewayProblems,
};
