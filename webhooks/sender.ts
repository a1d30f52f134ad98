import { backoffMs } from '../platform/discovery/pace';
import { crashPoint } from '../platform/runtime/crash-point';
import type { Log } from '../platform/runtime/log';
import { waiter } from '../platform/runtime/waiter';
import type { Attempted, Outgoing } from '../platform/webhooks/attempt';
import { webhookLimits } from '../platform/webhooks/limits';
import { signedHeaders } from '../platform/webhooks/signing';
import { endedBy } from './finish';
import type { Ended } from './finish';
import type { Claimed, WebhookQueue } from './queue';

/** Pauses of the sender, milliseconds. */
export const senderLimits = {
  idleMs: 500,
  forgetMs: 60_000,
  /** What is under way when the process stops gets so long; it is tried again then, under its id. */
  drainMs: 2_000,
  stepMs: 250,
  maxMs: 15_000,
} as const;

/** What the sender works with. */
export interface SenderOptions {
  readonly queue: Pick<WebhookQueue, 'claim' | 'finish' | 'release' | 'forget'>;
  readonly attempt: (outgoing: Outgoing, signal: AbortSignal) => Promise<Attempted>;
  readonly log: Log;
  readonly observe?: (result: Ended['result']) => void;
}

export interface Sender {
  stop(): Promise<void>;
}

/** A message with the signatures of this moment. */
export function outgoingOf(claimed: Claimed, now: Date): Outgoing {
  const { id, url, body, secret, old } = claimed;
  const secrets = old !== undefined && Date.parse(old.until) > now.getTime() ? [old.secret] : [];
  const timestampSeconds = Math.floor(now.getTime() / 1_000);
  const headers = signedHeaders([secret, ...secrets], { id, timestampSeconds, body });
  return { url, headers, body };
}

/**
 * Sends what is due for as long as the process lives: one delivery of an endpoint at a time, whichever process does it,
 * and so many together. Who dies between answer and note sends again, under the same id.
 */
export function startSender(options: SenderOptions): Sender {
  const { queue, log } = options;
  const pause = waiter();
  const end = new AbortController();
  const atWork = new Map<Promise<void>, boolean>();
  let forgetAtMs = Date.now() + senderLimits.forgetMs;
  let isStopped = false;

  async function work(): Promise<void> {
    for (let failures = 0; !isStopped;) {
      try {
        const begun = await beginDue();
        await forgetSometimes();
        failures = 0;
        if (begun === 0) await pause.wait(senderLimits.idleMs);
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn('webhooks cannot be read', { error });
        await pause.wait(100 + backoffMs(failures, senderLimits));
      }
    }
  }

  /** Endpoints that fail never take the last half of the places from those that do not. */
  async function beginDue(): Promise<number> {
    const { atOnceMax } = webhookLimits;
    const failing = [...atWork.values()].filter(Boolean).length;
    const well = await begin(atOnceMax - atWork.size, false);
    const free = Math.min(atOnceMax - atWork.size, atOnceMax / 2 - failing);
    return well + (await begin(free, true));
  }

  async function begin(limitMax: number, areFailing: boolean): Promise<number> {
    if (limitMax <= 0 || isStopped) return 0;
    const claimed = await queue.claim({ limitMax, areFailing });
    for (const one of claimed) {
      const sent = sendOne(options, one, end.signal)
        .catch((error: unknown) => log.warn('what came of a webhook was not noted', { error }))
        .finally(() => {
          atWork.delete(sent);
          pause.wake();
        });
      atWork.set(sent, areFailing);
    }
    return claimed.length;
  }

  async function forgetSometimes(): Promise<void> {
    if (Date.now() < forgetAtMs) return;
    forgetAtMs = Date.now() + senderLimits.forgetMs;
    await queue.forget();
  }

  const kept = work();
  return {
    async stop() {
      isStopped = true;
      pause.stop();
      await kept;
      const late = setTimeout(() => end.abort(), senderLimits.drainMs);
      await Promise.all(atWork.keys());
      clearTimeout(late);
    },
  };
}

async function sendOne(
  options: SenderOptions,
  claimed: Claimed,
  signal: AbortSignal,
): Promise<void> {
  const { queue, attempt, log, observe } = options;
  await crashPoint('webhooks.leased-not-sent', claimed.type);
  const attempted = await attempt(outgoingOf(claimed, new Date()), signal);
  if (signal.aborted) return queue.release(claimed);
  await crashPoint('webhooks.sent-not-noted', claimed.type);
  const ended = endedBy(attempted, claimed);
  await queue.finish(claimed, ended);
  observe?.(ended.result);
  const { id: delivery, endpoint: webhook, workflowId, attempts } = claimed;
  const what = 'error' in attempted ? { code: attempted.error } : { status: attempted.status };
  const told = { delivery, webhook, workflowId, attempt: attempts + 1, ...what };
  if (ended.result === 'dead') log.warn('a webhook was given up', told);
  else log.info('a webhook was tried', { ...told, outcome: ended.result });
}
