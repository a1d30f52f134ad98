import type { ErrorPages } from '../page';

/** Codes of webhooks, and of what came of their deliveries. */
export const webhookMeanings: ErrorPages = {
  WEBHOOK_URL_REFUSED: {
    means:
      'The URL is too long, is not https, has credentials or a fragment, or names a port that is not allowed.',
    docs: 'webhooks.md#where-nothing-is-sent',
  },
  WEBHOOK_ADDRESS_REFUSED: {
    means:
      'The host is this machine, or one of its addresses is not on the public Internet and not in HOLDFAST_WEBHOOK_ALLOW.',
    docs: 'webhooks.md#where-nothing-is-sent',
  },
  WEBHOOK_LIMIT: {
    means: 'One person has ten webhooks at most.',
    docs: 'limits.md#webhooks',
  },
  WEBHOOK_DISABLED: {
    means:
      'The webhook is sent nothing, so it can neither be tried nor told again; or an operator disabled it, and you may not enable it.',
    docs: 'webhooks.md#attempts',
  },
  URL_REFUSED: {
    means: 'Why an attempt was not made: the form of the URL is not one that is sent to.',
    next: 'make a webhook with another URL',
    docs: 'webhooks.md#where-nothing-is-sent',
  },
  ADDRESS_REFUSED: {
    means: 'Why an attempt was not made: one address of the host is not on the public Internet.',
    next: 'correct the DNS of the receiver; a network of yours is allowed with HOLDFAST_WEBHOOK_ALLOW',
    docs: 'webhooks.md#where-nothing-is-sent',
  },
  NAME_UNKNOWN: {
    means: 'Why an attempt was not made: the host has no address. It is tried again.',
    next: 'correct the DNS of the receiver',
    docs: 'webhooks.md#attempts',
  },
  TLS_FAILED: {
    means:
      'Why an attempt failed: the certificate of the receiver is not accepted, or no TLS came about. It is tried again.',
    next: 'renew the certificate of the receiver; one of an authority of yours goes into HOLDFAST_WEBHOOK_CA_FILE',
    docs: 'webhooks.md#where-nothing-is-sent',
  },
  CONNECTION_FAILED: {
    means:
      'Why an attempt failed: nobody listens, or the connection ended before an answer. It is tried again.',
    next: 'see that the receiver runs and can be reached',
    docs: 'webhooks.md#attempts',
  },
  DISABLED: {
    means: 'Why a delivery is dead: its webhook was disabled while it waited.',
    next: 'enable the webhook, then have it told again',
    docs: 'webhooks.md#attempts',
  },
  QUEUE_FULL: {
    means: 'Why a delivery is dead: a thousand of this webhook waited already.',
    next: 'let the receiver answer, then have it told again',
    docs: 'limits.md#webhooks',
  },
  OWNER: {
    means: 'Why a webhook is disabled: its owner turned it off.',
    next: 'enable it',
    docs: 'webhooks.md',
  },
  OPERATOR: {
    means: 'Why a webhook is disabled: an operator turned it off, and only an operator enables it.',
    next: 'ask an operator',
    docs: 'webhooks.md',
  },
  GONE: {
    means: 'Why a webhook is disabled: its receiver answered 410.',
    next: 'make another one, or enable it once the receiver is back',
    docs: 'webhooks.md#attempts',
  },
  FAILING: {
    means: 'Why a webhook is disabled: it took nothing for three days, though it was tried.',
    next: 'mend the receiver, then enable it',
    docs: 'webhooks.md#attempts',
  },
};
