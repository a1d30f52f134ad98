import type { Request } from 'express';
import type { SagaContract } from '../../platform/saga/contract';
import { gatewayProblem } from '../problems';

/** The longest wait that is granted, seconds, and what of a caller's time is left for the answer, milliseconds. */
const waitLimits = { secondsMax: 10, answerMs: 250 } as const;

/** Seconds a client wants to wait (RFC 7240 `Prefer: wait=10`), at most 10; 0 when it does not. */
export function preferredWaitSeconds(prefer: string | undefined): number {
  const found = /(?:^|,)\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:[;,]|$)/i.exec(prefer ?? '');
  return Math.min(Number(found?.[1] ?? 0), waitLimits.secondsMax);
}

interface Waiting {
  readonly request: Pick<Request, 'get'>;
  readonly leftMs: () => number;
}

/** The same, and no longer than the caller waits for its answer at all. */
export function waitSeconds({ request, leftMs }: Waiting): number {
  const wanted = preferredWaitSeconds(request.get('prefer'));
  const left = Math.floor((leftMs() - waitLimits.answerMs) / 1_000);
  return Math.max(0, Math.min(wanted, left));
}

/**
 * How long a saga may take to its pivot, milliseconds: what its contract says, or fewer whole seconds that the caller
 * gives it. Throws 400 `SAGA_DEADLINE_INVALID` for anything else.
 */
export function sagaDeadlineMs(
  header: string | undefined,
  { name, deadlineMs }: Pick<SagaContract, 'name' | 'deadlineMs'>,
): number {
  if (header === undefined) return deadlineMs;
  const wantedMs = /^[1-9]\d{0,8}$/.test(header) ? Number(header) * 1_000 : Infinity;
  if (wantedMs <= deadlineMs) return wantedMs;
  const detail = `${name} has whole seconds from 1 to ${Math.floor(deadlineMs / 1_000)}`;
  throw gatewayProblem('SAGA_DEADLINE_INVALID', { detail });
}
