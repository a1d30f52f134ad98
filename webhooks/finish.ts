import type { Attempted } from '../platform/webhooks/attempt';
import { webhookLimits } from '../platform/webhooks/limits';
import { nextPauseMs } from '../platform/webhooks/pace';
import type { DisabledFor } from './endpoints';
import type { Claimed } from './queue';
import type { AskRows } from './store';

/** What an attempt was, and what follows. */
export interface Ended {
  readonly attempted: Attempted;
  readonly result: 'delivered' | 'failed' | 'dead';
  /** When it is tried again, for `failed`; milliseconds. */
  readonly pauseMs?: number;
  /** The receiver said that it is gone. */
  readonly isGone?: boolean;
}

/** Decides what an attempt means. Pure but for `random`. */
export function endedBy(
  attempted: Attempted,
  { round, random }: { readonly round: number; readonly random?: () => number },
): Ended {
  const status = 'status' in attempted ? attempted.status : 0;
  if (status >= 200 && status < 300) return { attempted, result: 'delivered' };
  if (status === 410) return { attempted, result: 'dead', isGone: true };
  const retryAfterMs = 'status' in attempted ? attempted.retryAfterMs : undefined;
  const pauseMs = nextPauseMs({
    ...{ attempts: round + 1, retryAfterMs },
    ...(random === undefined ? {} : { random }),
  });
  if (pauseMs === undefined) return { attempted, result: 'dead' };
  return { attempted, result: 'failed', pauseMs };
}

const giveBack = `
  update webhook_endpoints set lease = null, leased_until = now(),
    failing_since = case when $3 then null else coalesce(failing_since, now()) end
  where id = $1 and lease = $2
  returning state, coalesce(failing_since < now() - $4 * interval '1 millisecond', false) as "isFailing"`;

/** One that was disabled meanwhile waits for nothing any more. */
const note = `
  update webhook_deliveries set attempts = attempts + 1, round = round + 1, last_at = now(),
    last_status = $2, last_error = $3, due_at = now() + $5 * interval '1 millisecond',
    state = case when state = 'dead' and $4 = 'pending' then state else $4 end,
    ended_at = case when $4 = 'pending' then ended_at else now() end
  where id = $1`;

const disable = `
  update webhook_endpoints set state = 'disabled', disabled_for = $2 where id = $1`;

/** Gives up what waits for an endpoint that is sent nothing any more. */
export async function killPending(ask: AskRows, endpoint: string): Promise<void> {
  const sql = `update webhook_deliveries set state = 'dead', last_error = 'DISABLED', ended_at = now()
    where endpoint = $1 and state = 'pending'`;
  await ask(sql, [endpoint]);
}

/** Writes down what came of an attempt, and disables an endpoint that is gone or has failed for days. */
export async function finish(ask: AskRows, claimed: Claimed, ended: Ended): Promise<void> {
  const { endpoint, lease } = claimed;
  const { attempted, result, pauseMs = 0, isGone = false } = ended;
  const values = [endpoint, lease, result === 'delivered', webhookLimits.failingMs];
  const [held] = await ask<{ state: string; isFailing: boolean }>(giveBack, values);
  if (held === undefined) return;
  const status = 'status' in attempted ? attempted.status : null;
  const error = 'error' in attempted ? attempted.error : null;
  await ask(note, [claimed.id, status, error, result === 'failed' ? 'pending' : result, pauseMs]);
  // One bad moment after days of silence is no reason: a delivery had all its attempts in vain.
  const hasFailed = result === 'dead' && held.isFailing;
  const why: DisabledFor | undefined = isGone ? 'GONE' : hasFailed ? 'FAILING' : undefined;
  if (why === undefined || held.state === 'disabled') return;
  await ask(disable, [endpoint, why]);
  await killPending(ask, endpoint);
}
