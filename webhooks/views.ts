import { webhookLimits } from '../platform/webhooks/limits';
import type { Endpoint } from './endpoints';
import type { Delivery } from './queue';

/** An endpoint as it is shown: without what is secret of it. */
export function webhookView(one: Endpoint, nowMs: number) {
  const { id, owner, url, events, sagas, state, disabledFor, createdAt, failingSince, old } = one;
  const isOld = old !== undefined && Date.parse(old.until) > nowMs;
  return {
    ...{ id, owner, url, events, sagas, state, createdAt: createdAt.toISOString() },
    ...(disabledFor === undefined ? {} : { disabledFor }),
    ...(failingSince === undefined ? {} : { failingSince: failingSince.toISOString() }),
    ...(isOld ? { oldSecretUntil: old.until } : {}),
  };
}

/** The same with the secret, to whoever made it, for a day. */
export function newWebhookView(one: Endpoint, nowMs: number) {
  const isNew = nowMs - one.createdAt.getTime() < webhookLimits.secretShownMs;
  return { ...webhookView(one, nowMs), ...(isNew ? { secret: one.secret } : {}) };
}

/** A delivery as it is shown. */
export function deliveryView(one: Delivery) {
  const { id, type, saga, workflowId, state, attempts, lastStatus, lastError } = one;
  const given = Object.entries({
    ...{ saga, sagaId: workflowId, lastStatus, lastError },
    lastAttemptAt: one.lastAt?.toISOString(),
    nextAttemptAt: state === 'pending' ? one.dueAt.toISOString() : undefined,
    endedAt: one.endedAt?.toISOString(),
  }).filter(([, value]) => value !== undefined && value !== null);
  const createdAt = one.createdAt.toISOString();
  return { id, type, state, attempts, createdAt, ...Object.fromEntries(given) };
}
