import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient, ApiRequest } from '../../up/api-client';

/** How a client of a storm waits, milliseconds. */
export const patienceLimits = {
  /** One request; a gateway that was stopped answers nothing at all. */
  requestMs: 8_000,
  pauseMs: { first: 200, max: 4_000 },
  /** All of it: longer than any one fault and what follows it. */
  totalMs: 240_000,
} as const;

/** The final answer to one thing a client wanted. */
export interface Answered {
  readonly answer: ApiAnswer;
  /** Requests it took. */
  readonly tries: number;
  /** Milliseconds since 1970. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** Thrown when nobody gave a final answer for `totalMs`. */
export class NeverAnswered extends Error {
  readonly code = 'NEVER_ANSWERED';
}

/** A request under the name of a person; its key makes it safe to send again. */
export interface Wanted extends Omit<ApiRequest, 'token' | 'timeoutMs'> {
  readonly path: string;
  readonly username: string;
}

/**
 * Asks until somebody answers finally, as a careful client does: whatever may have happened is asked again under the
 * same key. Final is everything below 500 but "too many", "log in again" and "not decided yet".
 */
export async function askPatiently(api: ApiClient, wanted: Wanted): Promise<Answered> {
  const { path, username, ...request } = wanted;
  const askedAt = Date.now();
  let last = 'nothing';
  for (let tries = 1; Date.now() - askedAt < patienceLimits.totalMs; tries += 1) {
    try {
      const token = await within(patienceLimits.requestMs, api.token(username));
      const { requestMs: timeoutMs } = patienceLimits;
      const answer = await api.call(path, { ...request, token, timeoutMs });
      if (isFinal(answer)) return { answer, tries, askedAt, answeredAt: Date.now() };
      last = `${answer.status} ${JSON.stringify(answer.body)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    const { first, max } = patienceLimits.pauseMs;
    await delay(Math.min(max, first * 2 ** Math.min(tries, 8)) * (0.5 + Math.random() / 2));
  }
  throw new NeverAnswered(`${request.method ?? 'POST'} ${path}: last ${last}`);
}

function isFinal({ status }: ApiAnswer): boolean {
  return status < 500 && status !== 429 && status !== 401;
}

/** A log-in has no time limit of its own. */
async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  const timer = new AbortController();
  const late = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no token within ${ms} ms`);
  });
  late.catch(() => undefined); // aborted once the work is done
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
