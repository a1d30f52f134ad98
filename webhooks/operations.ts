import { z } from 'zod';
import { defineOperations } from '../platform/security/operations';
import { webhookEvents } from './notices';

const owners = ['customer', 'operator', 'admin'] as const;
const shared = { callers: ['gateway'], roles: owners, tag: 'webhooks' } as const;

/** Roles that see and disable everybody's. */
export const webhookKeepers = ['operator', 'admin'] as const;

const webhookId = z.string().regex(/^wh_[0-9a-f]{32}$/);
const deliveryIdText = z.string().regex(/^msg_[0-9a-f]{32}$/);
const itsWebhook = z.strictObject({ id: webhookId });
const itsDelivery = z.strictObject({ id: webhookId, delivery: deliveryIdText });
const limit = z.coerce.number().int().min(1).max(100).default(20);
const instant = z.string().describe('RFC 3339');

const webhook = z.object({
  id: z.string(),
  owner: z.string().describe('Pseudonym, as the owner of sagas'),
  url: z.string(),
  events: z.array(z.string()),
  sagas: z.array(z.string()).describe('Types of sagas; none: all of them'),
  state: z.enum(['enabled', 'disabled']),
  disabledFor: z
    .enum(['OWNER', 'OPERATOR', 'GONE', 'FAILING'])
    .optional()
    .describe('Why nothing is sent: somebody said so, the receiver did (410), it failed for days'),
  createdAt: instant,
  failingSince: instant.optional().describe('Nothing was taken since, though it was tried'),
  oldSecretUntil: instant.optional().describe('Until then the secret before signs as well'),
});
const secret = z
  .string()
  .optional()
  .describe('Signs what is sent. Shown now; a repeated call shows it for a day, and nothing later');
const delivery = z.object({
  id: z.string().describe('`webhook-id` of every attempt'),
  type: z.string(),
  saga: z.string().optional().describe('Type of the saga'),
  sagaId: z.string().optional().describe('Id of the saga, as in URLs'),
  state: z.enum(['pending', 'delivered', 'dead']),
  attempts: z.number(),
  lastStatus: z.number().optional().describe('What the receiver answered last'),
  lastError: z.string().optional().describe('Why there was no answer, or why it was given up'),
  lastAttemptAt: instant.optional(),
  nextAttemptAt: instant.optional(),
  createdAt: instant,
  endedAt: instant.optional(),
});
const oneWebhook = { status: 200, body: webhook, text: 'The webhook as it is now' } as const;
const oneDelivery = { status: 202, body: delivery, text: 'It is sent as soon as may be' } as const;

/** Operations on webhooks: each for who owns it, and for those who look after all. */
export const webhookOperations = defineOperations({
  createWebhook: {
    ...shared,
    method: 'POST',
    path: '/webhooks',
    summary: 'Have a URL told when sagas of yours end',
    body: z.strictObject({
      url: z.string().min(1).max(2_048).describe('https, on the public Internet'),
      events: z
        .array(z.enum(webhookEvents))
        .min(1)
        .max(3)
        .default([...webhookEvents]),
      sagas: z
        .array(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/))
        .max(20)
        .default([])
        .describe('Types of sagas; none: all of them'),
    }),
    answer: { status: 201, body: webhook.extend({ secret }), text: 'The webhook and its secret' },
    problems: ['WEBHOOK_URL_REFUSED', 'WEBHOOK_ADDRESS_REFUSED', 'WEBHOOK_LIMIT'],
  },
  listWebhooks: {
    ...shared,
    method: 'GET',
    path: '/webhooks',
    summary: 'Webhooks: your own, or everybody’s for operators and admins',
    query: z.strictObject({ after: webhookId.optional(), limit }),
    answer: {
      status: 200,
      body: z.object({ webhooks: z.array(webhook), next: z.string().optional() }),
      text: 'A part of the list',
    },
  },
  getWebhook: {
    ...shared,
    method: 'GET',
    path: '/webhooks/:id',
    summary: 'A webhook; its secret is not shown',
    params: itsWebhook,
    answer: oneWebhook,
  },
  deleteWebhook: {
    ...shared,
    method: 'DELETE',
    path: '/webhooks/:id',
    summary: 'Forget a webhook, and everything that was to be sent to it',
    params: itsWebhook,
    answer: { status: 204, text: 'It is gone' },
  },
  rotateWebhookSecret: {
    ...shared,
    method: 'POST',
    key: 'optional',
    path: '/webhooks/:id/secret',
    summary: 'Give a webhook a new secret; for a day the one before signs as well',
    params: itsWebhook,
    answer: { status: 200, body: webhook.extend({ secret }), text: 'The webhook and its secret' },
  },
  turnWebhook: {
    ...shared,
    method: 'POST',
    key: 'optional',
    path: '/webhooks/:id/state',
    summary: 'Disable a webhook, which gives up what waits for it, or enable it again',
    params: itsWebhook,
    body: z.strictObject({ state: z.enum(['enabled', 'disabled']) }),
    answer: oneWebhook,
    problems: ['WEBHOOK_DISABLED'],
  },
  testWebhook: {
    ...shared,
    method: 'POST',
    key: 'optional',
    path: '/webhooks/:id/test',
    summary: 'Send a message of the type webhook.test',
    params: itsWebhook,
    answer: oneDelivery,
    problems: ['WEBHOOK_DISABLED'],
  },
  listDeliveries: {
    ...shared,
    method: 'GET',
    path: '/webhooks/:id/deliveries',
    summary: 'What was sent to a webhook, or is to be, the newest first',
    params: itsWebhook,
    query: z.strictObject({
      state: z.enum(['pending', 'delivered', 'dead']).optional(),
      after: deliveryIdText.optional().describe('`next` of the part before'),
      limit,
    }),
    answer: {
      status: 200,
      body: z.object({ deliveries: z.array(delivery), next: z.string().optional() }),
      text: 'A part of the list',
    },
  },
  redeliver: {
    ...shared,
    method: 'POST',
    key: 'optional',
    path: '/webhooks/:id/deliveries/:delivery/redeliver',
    summary: 'Send it now, under the same id and with all attempts before it again',
    params: itsDelivery,
    answer: oneDelivery,
    problems: ['WEBHOOK_DISABLED'],
  },
});
