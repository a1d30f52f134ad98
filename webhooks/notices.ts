import type { Json } from '../platform/kernel/json';
import { canonicalJson } from '../platform/kernel/json';
import type { PendingNotice } from '../platform/reactions/starter';
import { sagaAggregate } from '../platform/saga/journal/state';
import type { JournalEntry, JournalState } from '../platform/saga/journal/state';
import { actIdOf } from '../platform/security/pseudonym';
import type { WebhookQueue } from './queue';

/** What webhooks are told of: `saga.` and the state that a saga ends in. */
export const webhookEvents = ['saga.completed', 'saga.compensated', 'saga.cancelled'] as const;

/** What a message is about; ids, types and codes, and nothing of a person. */
export function bodyOf(type: string, timestamp: string, data: Json): string {
  return canonicalJson({ type, timestamp, data });
}

/** The `webhook-id` of one event for one endpoint: the same whoever writes it down, and however often. */
export function deliveryId(endpoint: string, what: string): string {
  return `msg_${actIdOf(['webhook', endpoint, what])}`;
}

interface NoticeParts {
  readonly queue: Pick<WebhookQueue, 'subscribers' | 'put'>;
  /** The saga as the journal has it. */
  readonly readAggregate: (id: string) => Promise<{ readonly state: unknown } | undefined>;
}

/** Codes alone: what a person wrote as a reason is nobody else's business. */
const code = /^[A-Z][A-Z0-9_]{0,63}$/;

/**
 * Writes down for each endpoint of the saga's owner that it has ended. Sagas that are steps of another one are told of
 * by that one.
 */
export async function noteEnd(parts: NoticeParts, { row }: PendingNotice): Promise<void> {
  const { workflowId, outcome, reason } = row.input as Readonly<Record<string, string>>;
  const known = await parts.readAggregate(sagaAggregate(workflowId ?? ''));
  const entry = entryOf(known?.state as JournalState | undefined);
  if (entry === undefined || workflowId === undefined) return;
  const { owner, saga, businessKey } = entry;
  const type = `saga.${outcome}`;
  const body = bodyOf(type, row.eventTime, {
    ...{ id: workflowId, saga, state: outcome ?? '', businessKey },
    ...(reason !== undefined && code.test(reason) ? { reason } : {}),
    path: `/sagas/${encodeURIComponent(workflowId)}`,
  });
  for (const endpoint of await parts.queue.subscribers({ owner, saga, type })) {
    const id = deliveryId(endpoint, row.eventId);
    await parts.queue.put({ id, endpoint, type, saga, workflowId, body });
  }
}

function entryOf(state: JournalState | undefined): JournalEntry | undefined {
  return state?.kind === 'saga' && state.parent === undefined ? state : undefined;
}
