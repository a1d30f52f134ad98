import { Problem, platformProblems } from '../platform/http/problem';
import type { ProblemOptions } from '../platform/http/problem';
import { letterPages } from '../projections/letters/problems';
import { rebuildPages } from '../projections/watching/rebuild';
import { webhookPages } from '../webhooks/problems';
import { nextSteps } from './next-steps';
import { ownPages } from './own-problems';
import { verbPages } from './verb-problems';

/** Codes of the gateway's own problems: status and title. */
export const gatewayProblems = {
  SAGA_UNKNOWN: [404, 'There is no saga of this name'],
  IDEMPOTENCY_KEY_REUSED: [422, 'The Idempotency-Key was used with another body'],
  CALLER_MISMATCH: [422, 'The request speaks for somebody else'],
  SAGA_DEADLINE_INVALID: [400, 'The header X-Saga-Deadline is unusable'],
  SAGA_ENGINE_UNAVAILABLE: [503, 'The saga engine does not answer'],
  WORKERS_AWAY: [503, 'No worker answered for this saga'],
  SAGA_TYPE_STOPPED: [503, 'Sagas of this type are stopped'],
  COUNT_CHANGED: [409, 'The filter finds another number of sagas than expected'],
  BULK_TOO_LARGE: [422, 'The filter finds more sagas than one run may touch'],
  TOO_MANY_STREAMS: [429, 'Too many streams are open'],
  BULK_BUSY: [429, 'Too many bulk runs are going on'],
  READ_MODEL_UNAVAILABLE: [503, 'The read model does not answer'],
  LOGIN_REFUSED: [401, 'The login was not completed here'],
  KEYS_UNAVAILABLE: [503, 'The key store does not answer'],
  SUBJECT_FORGOTTEN: [410, 'The person was forgotten, for good'],
} as const satisfies Record<string, readonly [number, string]>;

export type GatewayProblemCode = keyof typeof gatewayProblems;

/** Builds one of the gateway's own problems. */
export function gatewayProblem(code: GatewayProblemCode, options: ProblemOptions = {}): Problem {
  const [status, title] = gatewayProblems[code];
  return new Problem(status, code, title, options);
}

/** Status, title, and what to do next; a table may leave that to {@link nextSteps}. */
export type ProblemPage = readonly [status: number, title: string, next?: string];

/**
 * Codes that services and sagas refuse with. The status is that of the operation itself; a start that names something
 * that is not there answers the same code with 422.
 */
export const refusalPages: Readonly<Record<string, ProblemPage>> = {
  ...ownPages,
  ...verbPages,
  ...letterPages,
  ...rebuildPages,
  ...webhookPages,
};

function completed(pages: Readonly<Record<string, ProblemPage>>) {
  const each = Object.entries(pages).map(([code, [status, title, own]]) => {
    const next = own ?? nextSteps[code];
    const page: ProblemPage = next === undefined ? [status, title] : [status, title, next];
    return [code, page] as const;
  });
  return Object.fromEntries(each);
}

/** Page of every problem there is, with its next step. */
export const problemPages: Readonly<Record<string, ProblemPage>> = completed({
  ...refusalPages,
  ...platformProblems,
  ...gatewayProblems,
});
